"""By which token a forge is asked: the exported one, one that a person types, or none where anybody may look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from releasegate.core.config.keys import ForgeConfig
from releasegate.core.errors import Unavailable
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.adapters.tokens.prompt import TokenPrompt


@dataclass(frozen=True)
class ForgeCredential:
    """The token for the forge that *config* names; *environ* may hold it, *prompt* asks for one that is nowhere.

    One variable holds one token: whichever packages name it, a person is asked once.
    """

    config: ForgeConfig
    environ: Mapping[str, str] = field(repr=False)
    prompt: TokenPrompt | None = None

    @property
    def known(self) -> str:
        """The token as far as it is known without asking anybody; else empty."""
        exported = self.environ.get(self.config.token_env, "").strip()
        return exported or ("" if self.prompt is None else self.prompt.given.get(self._what, ""))

    @property
    def is_due(self) -> bool:
        """Whether a person is asked for it once it is needed; what everybody may see needs none."""
        return self.prompt is not None and not self.known

    def token(self) -> str | None:
        """Return the token; ``None`` where a command only looks, and what it looks at is asked for as anybody.

        Raises:
            Refused: a person was asked, and typed nothing.
            Unavailable: it is not exported, and nobody can be asked.
        """
        if self.known:
            return self.known
        if self.prompt is not None:
            return None if self.prompt.ask is None else self.prompt.token(self._what)
        raise Unavailable(
            f"No token for {self.config.repository} on its forge.",
            hint=f"Set {self.config.token_env} to a token that may write releases there",
        )

    def describe(self) -> str:
        """Return in words where the token comes from; a person who is to be asked for it is asked now.

        Raises:
            Refused, Unavailable: as ``token``.
        """
        if self.prompt is not None and not self.environ.get(self.config.token_env, "").strip():
            return f"its token is {self.prompt.describe(self._what)}"
        self.token()
        return f"{self.config.token_env} is set"

    @property
    def _what(self) -> str:
        return f"the forge ({self.config.token_env})"
