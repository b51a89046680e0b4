"""Attacks by submissions: what each tries, as Python that its app runs.

The code finds these names: ROOT the repository, CANARY a file of the account's and
OUTSIDE a folder of it, JUDGE the judge's process, PORT a server of somebody else's and
NAME an abstract socket of theirs. What it returns is answered to the judge.
"""

from dataclasses import dataclass

from tests.hostile.corpus import databases, files, network, processes, protocol


@dataclass(frozen=True)
class Attack:
    """`place` is where its code runs: at import, in create_app, or for a request."""

    id: str
    place: str
    code: str


ATTACKS = [
    Attack(f"{module.__name__.rpartition('.')[2]}-{name}", place, code)
    for module in (files, processes, network, databases, protocol)
    for place, attacks in module.ATTACKS.items()
    for name, code in attacks.items()
]
# They hold up the judge until it gives up on them.
SLOW = {
    "processes-stopped-itself",
    "processes-deaf",
    "processes-busy",
    "protocol-ready",
    "protocol-hang",
    "protocol-endless",
    "databases-connections",
}
