"""A token that is neither exported nor in the keyring: asked for at a terminal, and known for one run alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from releasegate.core.errors import Refused


@dataclass(frozen=True)
class TokenPrompt:
    """Asks a person once for the token of an index; it stays in memory, and reaches no process but twine.

    ``ask`` is given the question and returns the answer; ``None`` where a command only looks: then it says that it
    will be asked.
    """

    ask: Callable[[str], str] | None
    given: dict[str, str] = field(default_factory=dict, repr=False)

    def describe(self, index: str) -> str:
        """Ask for the token, where that is due, and return in words where it comes from.

        Raises:
            Refused: nothing was typed.
        """
        if self.ask is None:
            return "asked for at this terminal when a release begins"
        self.token(index)
        return "given at this terminal, for this run"

    def token(self, index: str) -> str:
        """Return the token of *index*.

        Raises:
            Refused: nothing was typed, or a command that only looks was to upload.
        """
        if index not in self.given:
            typed = "" if self.ask is None else self.ask(f"Token for {index} (it is not shown, and not kept):").strip()
            if not typed:
                raise Refused(
                    f"No token for {index} was given.", hint="Run the same command again, and type or paste it"
                )
            self.given[index] = typed
        return self.given[index]
