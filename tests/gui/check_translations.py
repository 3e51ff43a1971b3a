#!/usr/bin/env python3
"""Fails where a text of the console has no finished translation, or a translation has no text any more.

usage: check_translations.py LUPDATE SOURCE_ROOT
Runs lupdate on a copy, so that nothing in the tree changes.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree


def messages(path):
    found = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            key = (context.findtext("name"), message.findtext("source"), message.findtext("comment") or "")
            found[key] = message.find("translation")
    return found


def main():
    lupdate, root = sys.argv[1], pathlib.Path(sys.argv[2])
    problems = []
    files = sorted((root / "translations").glob("matinee-admin_*.ts"))
    if not files:
        problems.append("There is no translation at all in translations/.")
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / file.name
            shutil.copy(file, copy)
            subprocess.run([lupdate, "-silent", "-no-obsolete", "-locations", "none", str(root / "admin-gui"), "-ts", str(copy)], check=True)
            before, after = messages(file), messages(copy)
        for key in after.keys() - before.keys():
            problems.append(f"{file.name}: not there: {key[0]}: {key[1]!r}")
        for key in before.keys() - after.keys():
            problems.append(f"{file.name}: no longer used: {key[0]}: {key[1]!r}")
        for key in after.keys() & before.keys():
            translation = before[key]
            text = "".join(translation.itertext()).strip()
            if translation.get("type") in ("unfinished", "obsolete", "vanished") or not text:
                problems.append(f"{file.name}: not finished: {key[0]}: {key[1]!r}")
                continue
            # A lost placeholder is a lost number or name in front of somebody.
            if sorted(re.findall(r"%\d", key[1])) != sorted(re.findall(r"%\d", text)):
                problems.append(f"{file.name}: other placeholders: {key[0]}: {key[1]!r} -> {text!r}")
            if ("&" in key[1].replace("&&", "")) != ("&" in text.replace("&&", "")):
                problems.append(f"{file.name}: mnemonic lost or added: {key[0]}: {key[1]!r} -> {text!r}")
        if not after:
            problems.append(f"{file.name}: lupdate found no text in admin-gui/.")
    if problems:
        print("\n".join(problems))
        print("\nUpdate with: lupdate -no-obsolete -locations none admin-gui -ts translations/matinee-admin_zh_CN.ts")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
