"""Forges: where a repository's releases are published. The client of each is loaded when one of its kind is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from releasegate.adapters.tokens.prompt import TokenPrompt
    from releasegate.core.config.keys import ForgeConfig
    from releasegate.ports import Forge


def forge_of(config: ForgeConfig, *, environ: Mapping[str, str], prompt: TokenPrompt | None = None) -> Forge:
    """Return the forge that *config* names; nothing is asked of it yet, nor of the person who has its token."""
    # Late, so that a command waits for the client of the forge it has, and of no other.
    if config.kind == "github":
        from releasegate.adapters.forges.github import GitHubForge  # noqa: PLC0415

        return GitHubForge(config, environ, prompt)
    from releasegate.adapters.forges.gitea import GiteaForge  # noqa: PLC0415

    return GiteaForge(config, environ, prompt)
