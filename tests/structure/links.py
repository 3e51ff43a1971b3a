"""Every relative link in the Markdown files leads somewhere, and every folder of the server is named in docs/design."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SKIP = {"node_modules", "build", "dist"}

problems = []
documents = [p for p in ROOT.rglob("*.md") if not SKIP & set(p.relative_to(ROOT).parts)]
for document in documents:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if re.match(r"^[a-z]+:", target) or target.startswith("#"):
            continue
        if not (document.parent / target.split("#")[0]).exists():
            problems.append(f"{document.relative_to(ROOT)}: no such file: {target}")

design = (ROOT / "docs/design/README.md").read_text(encoding="utf-8")
for folder in sorted(p.name for p in (ROOT / "server").iterdir() if p.is_dir()):
    if not re.search(rf"\b{folder}/", design):
        problems.append(f"docs/design/README.md does not say what server/{folder}/ is")
print("\n".join(problems) or f"{len(documents)} documents link to what exists.")
sys.exit(1 if problems else 0)
