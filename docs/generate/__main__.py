"""Writes every generated file of the site."""

from docs.generate import (
    api,
    concepts,
    glossary,
    matrix,
    practice,
    proof,
    rooms,
    sentences,
)

GENERATORS = practice, concepts, glossary, matrix, proof, sentences, api, rooms
GENERATED = {p: text for g in GENERATORS for p, text in g.files().items()}

for path, text in GENERATED.items():
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    print(path)
