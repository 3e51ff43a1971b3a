"""Texts that people read are whole in both languages: the console's catalogue and the web client's."""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(sys.argv[1])
problems = []

catalogues = list((ROOT / "translations").glob("*_zh_CN.ts"))
if not catalogues:
    problems.append("translations/ has no zh_CN catalogue")
for catalogue in catalogues:
    for context in xml.parse(catalogue).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            source = message.findtext("source", "")
            forms = [f.text or "" for f in translation.findall("numerusform")] or [translation.text or ""]
            if translation.get("type") in ("unfinished",) or not all(forms):
                problems.append(f"{catalogue.name}: {context.findtext('name')}: not translated: {source!r}")
                continue
            for form in forms:
                if set(re.findall(r"%\d|%n", source)) - set(re.findall(r"%\d|%n", form)) - {"%n"}:
                    problems.append(f"{catalogue.name}: placeholders differ: {source!r}")


def keys(tree, prefix=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


web = ROOT / "resources/web-client/src/i18n"
english = dict(keys(json.loads((web / "en.json").read_text(encoding="utf-8"))))
chinese = dict(keys(json.loads((web / "zh-CN.json").read_text(encoding="utf-8"))))
for key in sorted(english.keys() ^ chinese.keys()):
    problems.append(f"web client: {key} is in one language only")
for key in english.keys() & chinese.keys():
    if set(re.findall(r"\{\w+\}", str(english[key]))) != set(re.findall(r"\{\w+\}", str(chinese[key]))):
        problems.append(f"web client: placeholders of {key} differ")
print("\n".join(problems) or f"{len(english)} web texts and {len(catalogues)} catalogues are whole.")
sys.exit(1 if problems else 0)
