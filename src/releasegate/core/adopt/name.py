"""What a repository calls its package, in the file of whichever tool builds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from releasegate.core.adopt.claims.claim import Files, decoded, under
from releasegate.core.adopt.code import SETUP, said_to_setup, setup_call, setup_cfg
from releasegate.core.errors import ConfigurationError

_WRITTEN = re.compile(r"""\bname\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def package_name(project: Mapping[str, Any], files: Files) -> NormalizedName:
    """Return the normalized name of the package; raises ``ConfigurationError`` where there is none."""
    flit = under(project, "tool", "flit", "metadata")
    named = (
        under(project, "project", "name"),
        under(project, "tool", "poetry", "name"),
        under(flit, "dist-name") or under(flit, "module"),
        setup_cfg(files).get("name"),
    )
    said = next((name for name in named if isinstance(name, str)), None) or said_to_setup(files, "name")
    if said is None and "name" not in setup_call(files):
        match = _WRITTEN.search(decoded(files.get(SETUP, b"")))  # in a file that this Python cannot parse
        said = match[1] if match is not None else None
    try:
        return canonicalize_name(said or "", validate=True)
    except InvalidName:
        raise _nameless(files) from None


def _nameless(files: Files) -> ConfigurationError:
    if "name" in setup_call(files):
        return ConfigurationError(
            "setup.py computes the name of the package, which is not told without running it.",
            hint='Write it as text into setup.py: setup(name="...")',
        )
    return ConfigurationError(
        "The repository names no package.", hint='Write name = "..." into [project] of its pyproject.toml'
    )
