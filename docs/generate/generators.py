"""Every generator of pages: a module whose `files()` gives texts by their paths."""

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
