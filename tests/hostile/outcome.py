"""What came of an attack."""

from dataclasses import asdict, dataclass


@dataclass
class Outcome:
    """What an attack got; all false is how it should be."""

    attack: str
    # It earned points.
    forged: bool = False
    # It learned, or told somebody, what it must not know.
    leaked: bool = False
    # It changed a file that is not its own.
    touched: bool = False
    # A process of its outlived the verdict.
    left: bool = False
    # There is no verdict, or a part of it is missing.
    lost: bool = False
    # Files of the grader were changed, and the verdict said so.
    told: bool = False

    @property
    def harmless(self) -> bool:
        return not any(v for k, v in asdict(self).items() if k != "attack")
