"""GCC 12 destroys some temporaries of a co_await expression twice: closures with captures, and aggregates made in place.
Give them a name before the co_await. It also lays out frames wrongly for a co_await that is the condition of a loop or of an
`else if`, and for `co_return a && b`."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
CLOSURE = re.compile(r"[(,\s]\[(?!\s*\])(?!&\])[^\]]*\]\s*(\(|\{|mutable)")
problems = []
statements = 0


def expression(text, start):
    depth = 0
    for i in range(start, len(text)):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
        if depth < 0 or (text[i] == ";" and depth == 0):
            return text[start:i]
    return text[start:]


def balance(text):
    """Parentheses opened and not closed; negative as soon as one closes that was opened before."""
    open_ones = 0
    for c in text:
        open_ones += (c == "(") - (c == ")")
        if open_ones < 0:
            return -1
    return open_ones


for path in sorted((ROOT / "server").rglob("*.cpp")):
    text = re.sub(r"(^|\s)//[^\n]*", r"\1", path.read_text(encoding="utf-8"))
    for match in re.finditer(r"\bco_await\b", text):
        statements += 1
        where = f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
        if CLOSURE.search(expression(text, match.end())):
            problems.append(f"{where}: a closure with captures inside a co_await expression")
        loop = re.search(r".*\bwhile\s*\(", text[max(0, match.start() - 120):match.start()], re.S)
        if loop and balance(text[max(0, match.start() - 120) + loop.end():match.start()]) >= 0:
            problems.append(f"{where}: co_await in the condition of a loop")
    for match in re.finditer(r"\belse\s+if\s*\(\s*!?\s*co_await\b", text):
        problems.append(f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: co_await in the condition of an else if")
    for match in re.finditer(r"\bco_return\b([^;{]*)(&&|\|\|)[^;{]*;", text):
        if "[" not in match.group(1) and "co_await" not in match.group(0):
            problems.append(f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: co_return of && or ||; name the value first")
if statements < 100:
    problems.append(f"only {statements} co_await expressions found: this check looks in the wrong place")
print("\n".join(problems) or f"{statements} co_await expressions are safe for GCC 12.")
sys.exit(1 if problems else 0)
