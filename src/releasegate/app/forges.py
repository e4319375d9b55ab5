"""The forges of a project's packages, each opened when something is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from releasegate.app.late import late

if TYPE_CHECKING:
    from releasegate.adapters.tokens.prompt import TokenPrompt
    from releasegate.core.config.keys import ForgeConfig
    from releasegate.ports import Forge


def opened_forges(
    configured: Mapping[str, ForgeConfig | None], environ: Mapping[str, str], prompt: TokenPrompt | None
) -> dict[str, Forge]:
    """Return the forge of each package that has one, by the package's name; *prompt* asks a person for its token."""
    return {
        name: late(partial(_opened, each, environ, prompt)) for name, each in configured.items() if each is not None
    }


def _opened(config: ForgeConfig, environ: Mapping[str, str], prompt: TokenPrompt | None) -> Forge:
    from releasegate.adapters.forges import forge_of

    return forge_of(config, environ=environ, prompt=prompt)
