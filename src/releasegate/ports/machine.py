"""What is asked of the machine that runs, before anything is changed."""

from __future__ import annotations

from typing import Protocol

from releasegate.core.frozen import dataclass


@dataclass(frozen=True)
class Tool:
    """A program that a release runs: its version, and the ones that fit (as a requirement has them, or empty)."""

    name: str
    version: str
    fitting: str = ""


class Machine(Protocol):
    """The machine that runs; to ask it changes nothing."""

    def python(self, version: str) -> str | None:
        """Return where an interpreter of that minor version (``"3.12"``) is, or ``None``."""
        ...

    def containers(self) -> str:
        """Return the container engine, in words; raises ``Unavailable`` where none can be used."""
        ...

    def tools(self) -> tuple[Tool, ...]:
        """Return the programs that a release runs, with their versions; an empty one where it is not here."""
        ...

    def free_space(self) -> int:
        """Return the bytes that are free where builds and fetched files are kept."""
        ...

    def program(self, name: str) -> str | None:
        """Return where a program is found, or ``None``."""
        ...

    def obstacle(self) -> str | None:
        """Return why foreign code cannot be run apart from our processes and files; ``None`` where it can."""
        ...

    def exported(self) -> tuple[str, ...]:
        """Return the names of the environment variables that hold secrets, as far as names and values tell."""
        ...

    def may_confirm(self) -> bool:
        """Whether somebody can say yes to what cannot be taken back: a person at a terminal, or an option."""
        ...
