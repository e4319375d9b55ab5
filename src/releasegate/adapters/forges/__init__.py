"""Forges: where a repository's releases are published, each through a library that knows it."""

from __future__ import annotations

from collections.abc import Mapping

from releasegate.adapters.forges.gitea import GiteaForge
from releasegate.adapters.forges.github import GitHubForge
from releasegate.core.config.model import ForgeConfig
from releasegate.ports import Forge


def forge_of(config: ForgeConfig, *, environ: Mapping[str, str]) -> Forge:
    """Return the forge that *config* names; nothing is asked of it yet."""
    return GitHubForge(config, environ) if config.kind == "github" else GiteaForge(config, environ)
