"""What a kind of version file is: a module that finds the version in a file's bytes, and replaces it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from releasegate.core.errors import ConfigurationError


@dataclass(frozen=True)
class Found:
    """A version as a file states it; ``line`` counts from 1, ``where`` names the key or the attribute for people."""

    version: str
    line: int
    where: str


class Kind(Protocol):
    """The module of one kind; *version_file* is of that kind's own type, *package* the name in the configuration."""

    def find(self, version_file: Any, content: bytes, package: str, /) -> Found:
        """Return what *content* states as the version, be it one or not.

        Raises:
            ConfigurationError: the version file does not fit the file.
            Refused: the version is not one plain literal, so that its characters cannot be replaced.
        """
        ...

    def replace(self, version_file: Any, content: bytes, package: str, version: str, /) -> bytes:
        """Return *content*, in which ``find`` finds a version, with *version* in its place and no other byte changed.

        Raises:
            Refused: something else would change, too.
        """
        ...


def utf8(content: bytes, *, where: str) -> str:
    """Return *content*, the bytes of *where*, as text; a byte order mark and the line ends are kept.

    Raises:
        ConfigurationError: it is not UTF-8; the problem gives the line.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{where}:{line} is not UTF-8.", hint=f"Save {where} as UTF-8") from error
