"""Writes every generated file of the site."""

from docs.generate import api, matrix, proof, rooms

GENERATED = {**matrix.files(), **proof.files(), **api.files(), **rooms.files()}

for path, text in GENERATED.items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    print(path)
