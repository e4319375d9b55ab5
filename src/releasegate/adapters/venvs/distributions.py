"""The distributions of an environment, as the folders tell of them that describe them: nothing that is there runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import Distribution
from itertools import chain
from pathlib import Path

from packaging.utils import canonicalize_name

from releasegate.adapters.plain_file import read_plain

_SITE_PACKAGES = ("lib*/*/site-packages", "Lib/site-packages")
_SUFFIX = ".dist-info"


class Described(Distribution):
    """The distribution that the files in *folder* describe; what is no plain file counts as not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read_text(self, filename: str) -> str | None:
        """Return one of the files; raises ``UnicodeDecodeError`` where it is not UTF-8."""
        try:
            return read_plain(self._folder / filename).decode()
        except OSError:
            return None

    def locate_file(self, path: str | os.PathLike[str]) -> Path:
        """Return where an installed file is."""
        return self._folder.parent / path


def folders(env: Path) -> Iterator[Path]:
    """Yield the folder of each distribution that is installed in *env*."""
    places = chain.from_iterable(env.glob(place) for place in _SITE_PACKAGES)
    return chain.from_iterable(place.glob(f"*{_SUFFIX}") for place in places)


def installed(env: Path, name: str) -> Distribution | None:
    """Return the distribution of that name; ``None`` where there is none."""
    wanted = canonicalize_name(name)
    named = ((each.name.removesuffix(_SUFFIX).partition("-")[0], each) for each in folders(env))
    return next((Described(folder) for told, folder in named if canonicalize_name(told) == wanted), None)
