"""Pairs of submissions that share more than the task explains.

Our own, on the tokenizer of Python: copydetect does the same, and would bring numpy and
matplotlib into the environment. What the starter, the reference or much of the class
has is taken out first. It says that two look alike, and nothing about why.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from grader.cohort.fingerprints import Mark, marks

# What so many have, and so large a part of the class, comes from the task.
COMMON_COUNT, COMMON_SHARE = 4, 0.25
# Less than that happens by chance.
LEAST_SHARED, LEAST_SHARE = 6, 0.2

Files = Mapping[str, bytes]


@dataclass
class Block:
    """Lines of one beside lines of the other."""

    left: Mark
    right: Mark


@dataclass
class Pair:
    left: str
    right: str
    # How many marks they share, and what part that is of the smaller one's.
    shared: int
    share: float
    blocks: list[Block] = field(default_factory=list)


def similar(handed_in: Mapping[str, Files], explained: Iterable[Files]) -> list[Pair]:
    """The pairs that look alike, the likest first; `explained` may be in all."""
    known = {mark.hash for files in explained for mark in _marks(files)}
    found = {
        name: {m.hash: m for m in _marks(files) if m.hash not in known}
        for name, files in handed_in.items()
    }
    counts = Counter(number for own in found.values() for number in own)
    common = max(COMMON_COUNT, COMMON_SHARE * len(found))
    rare = {number for number, count in counts.items() if 1 < count < common}
    holders: dict[int, list[str]] = {}
    for name, own in found.items():
        for number in own.keys() & rare:
            holders.setdefault(number, []).append(name)
    shared: dict[tuple[str, str], list[int]] = {}
    for number, names in holders.items():
        for both in combinations(sorted(names), 2):
            shared.setdefault(both, []).append(number)
    sizes = {
        name: sum(counts[number] < common for number in own)
        for name, own in found.items()
    }
    pairs = [
        _pair(both, numbers, found, sizes)
        for both, numbers in shared.items()
        if len(numbers) >= LEAST_SHARED
    ]
    alike = [pair for pair in pairs if pair.share >= LEAST_SHARE]
    return sorted(alike, key=lambda pair: (-pair.share, pair.left, pair.right))


def _marks(files: Files) -> list[Mark]:
    python = ((name, files[name]) for name in sorted(files) if name.endswith(".py"))
    return [mark for name, content in python for mark in marks(name, content)]


def _pair(
    both: tuple[str, str],
    numbers: Sequence[int],
    found: Mapping[str, Mapping[int, Mark]],
    sizes: Mapping[str, int],
) -> Pair:
    left, right = both
    share = len(numbers) / min(sizes[left], sizes[right])
    places = sorted((found[left][n], found[right][n]) for n in numbers)
    places.sort(key=lambda place: (place[0].file, place[0].first))
    return Pair(left, right, len(numbers), share, _blocks(places))


def _blocks(places: Sequence[tuple[Mark, Mark]]) -> list[Block]:
    """Marks that touch each other on both sides become one."""
    blocks: list[Block] = []
    for left, right in places:
        last = blocks[-1] if blocks else None
        if last and _touch(last.left, left) and _touch(last.right, right):
            blocks[-1] = Block(_joined(last.left, left), _joined(last.right, right))
        else:
            blocks.append(Block(left, right))
    return blocks


def _touch(before: Mark, after: Mark) -> bool:
    return before.file == after.file and before.first <= after.first <= before.last + 1


def _joined(before: Mark, after: Mark) -> Mark:
    return before._replace(last=max(before.last, after.last))
