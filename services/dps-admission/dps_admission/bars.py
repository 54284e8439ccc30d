"""A bar: one reason why a step is refused, naming the rule. Pure: rules return all that apply."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Bar:
    rule: str
    """A stable slug that a program can act on, such as `limit-forbidden`."""
    says: str
    """One sentence for a person."""
    source: str = ""
    """The law or the policy it comes from."""

    def document(self) -> dict[str, str]:
        return asdict(self)
