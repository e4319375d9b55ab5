"""Glob patterns over posix paths, as the configuration writes them: Git's own rules, ``**`` included."""

from __future__ import annotations

import re
from collections.abc import Iterable

from releasegate.core.errors import ConfigurationError


def matching(pattern: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Return those of *paths* that *pattern* matches, sorted.

    A pattern without a slash matches at any depth, and a folder's name everything below it, as in ``.gitignore``.

    Raises:
        ConfigurationError: the text is no pattern.
    """
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines([pattern])
    except (ValueError, re.error) as error:
        raise ConfigurationError(
            f"{pattern!r} is no glob pattern: {error}",
            hint="Write it as in a .gitignore file, such as pkg/templates/**/*.html",
        ) from error
    return tuple(sorted(spec.match_files(paths)))
