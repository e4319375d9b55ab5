"""What a kind of version file is: a module that finds the version in a file's bytes, and replaces it there.

A file spells a version as PEP 440 does, or as SemVer, which Cargo, npm and Helm demand. SemVer 2.0.0 has no
post-releases: what PEP 440 calls ``1.2.0.post1`` is spelled ``1.2.0-post.1``, as maturin reads it. Some state the
first two numbers alone, as Sphinx's short version is: ``1.2``.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol

from packaging.version import Version

from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.versions import parse_version

Spelling = Literal["pep440", "semver", "major.minor"]

_PRE = {"a": "alpha", "b": "beta", "rc": "rc"}
_NUMBERS = 3


@dataclass(frozen=True)
class Found:
    """A version as a file states it; ``line`` counts from 1, ``where`` names the key or the attribute for people."""

    version: str
    line: int
    where: str


@dataclass(frozen=True)
class Span:
    """The characters ``text[start:end]`` that state a version, and the line (from 1) that they stand on."""

    text: str
    start: int
    end: int

    @property
    def version(self) -> str:
        """What stands there."""
        return self.text[self.start : self.end]

    @property
    def line(self) -> int:
        """The line that it begins on."""
        return self.text.count("\n", 0, self.start) + 1

    def replaced(self, version: str) -> str:
        """Return the text with *version* in their place."""
        return self.text[: self.start] + version + self.text[self.end :]


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


def stated(text: str, spelling: Spelling, *, where: str) -> str:
    """Return the version that *text* spells, in PEP 440's form; a text that is no version stays as it is.

    Raises:
        Refused: the file does not spell it as it should.
    """
    if spelling == "pep440":
        return text
    version = parse_version(text)
    if version is None:
        return text
    wanted = spelled(str(version), spelling, where=where)
    written = str(version) if spelling == "major.minor" else text  # which may be that of a calendar, 2026.04
    if wanted != written:
        said = "more or less than two numbers" if spelling == "major.minor" else "which is not how SemVer spells it"
        raise Refused(f"{where} states {text!a}, {said}.", hint=f"Write {wanted}")
    return str(version)


def spelled(version: str, spelling: Spelling, *, where: str) -> str:
    """Return *version*, a canonical one, as the file spells it.

    Raises:
        Refused: it has no form there.
    """
    if spelling == "pep440":
        return version
    parsed = Version(version)
    if spelling == "major.minor":
        return short(version)
    if len(parsed.release) != _NUMBERS or parsed.epoch or parsed.local is not None:
        raise Refused(
            f"{where} is spelled as SemVer, which has no form for {version}.",
            hint="Use versions of three numbers, such as 1.2.0",
        )
    marks = [] if parsed.pre is None else [f"{_PRE[parsed.pre[0]]}.{parsed.pre[1]}"]
    marks += [] if parsed.post is None else [f"post.{parsed.post}"]
    marks += [] if parsed.dev is None else [f"dev.{parsed.dev}"]
    return "-".join([".".join(map(str, parsed.release)), *([".".join(marks)] if marks else [])])


def short(version: str) -> str:
    """Return the first two numbers of a version: ``1.4`` of ``1.4.2rc1``."""
    parsed = Version(version)
    return f"{parsed.major}.{parsed.minor}"
