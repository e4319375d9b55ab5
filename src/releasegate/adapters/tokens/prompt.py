"""A token that is nowhere else: asked for at a terminal, and known for one run alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from releasegate.core.errors import Refused
from releasegate.core.frozen import dataclass


@dataclass(frozen=True)
class TokenPrompt:
    """Asks a person once for the token of an index or of a forge; it stays in memory, and twine alone is given one.

    ``ask`` is given the question and returns the answer; ``None`` where a command only looks: then it says that it
    will be asked.
    """

    ask: Callable[[str], str] | None
    given: dict[str, str] = field(default_factory=dict, repr=False)

    def describe(self, what: str) -> str:
        """Ask for the token, where that is due, and return in words where it comes from.

        Raises:
            Refused: nothing was typed.
        """
        if self.ask is None:
            return "asked for at this terminal when a release begins"
        self.token(what)
        return "given at this terminal, for this run"

    def token(self, what: str) -> str:
        """Return the token for *what*.

        Raises:
            Refused: nothing was typed, or a command that only looks was to upload.
        """
        if what not in self.given:
            typed = "" if self.ask is None else self.ask(f"Token for {what} (it is not shown, and not kept):").strip()
            if not typed:
                raise Refused(
                    f"No token for {what} was given.", hint="Run the same command again, and type or paste it"
                )
            self.given[what] = typed
        return self.given[what]
