"""Writes every generated file of the site."""

from docs.generate.generators import GENERATORS

GENERATED = {p: text for g in GENERATORS for p, text in g.files().items()}

for path, text in GENERATED.items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    print(path)
