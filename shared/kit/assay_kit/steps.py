"""The life of a thing as a table: which step leads from which state to which. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
T = TypeVar("T", bound=StrEnum)


@dataclass(frozen=True)
class Life(Generic[S, T]):
    """`name` is the noun people use (`lot application`); `start` the state it is made in."""

    name: str
    start: S
    steps: Mapping[tuple[S, T], S]

    def after(self, status: S, step: T) -> S | None:
        """The state that `step` leads to from `status`, or None where it may not be taken."""
        return self.steps.get((status, step))

    def allowed(self, status: S) -> list[T]:
        """Every step that may be taken from `status`, in the order of the table."""
        return [step for (at, step) in self.steps if at == status]

    @property
    def final(self) -> frozenset[S]:
        """States from which no step leads to another."""
        return frozenset(type(self.start)) - {status for (status, _), to in self.steps.items() if to != status}

    @property
    def unreachable(self) -> frozenset[S]:
        """States that no sequence of steps reaches: a mistake in the table."""
        reached, edge = {self.start}, [self.start]
        while edge:
            now = edge.pop()
            for (at, _), to in self.steps.items():
                if at == now and to not in reached:
                    reached.add(to)
                    edge.append(to)
        return frozenset(type(self.start)) - reached

    def mermaid(self) -> str:
        """A state diagram (Mermaid `stateDiagram-v2`) of the whole life."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start}"]
        lines += [f"    {at} --> {to}: {step.replace('_', ' ')}" for (at, step), to in self.steps.items()]
        lines += [f"    {status} --> [*]" for status in type(self.start) if status in self.final]
        return "\n".join(lines)
