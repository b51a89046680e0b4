"""Writes every generated file of the site."""

from docs.generate import api, matrix, proof

for path, text in {**matrix.files(), **proof.files(), **api.files()}.items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    print(path)
