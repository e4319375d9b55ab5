"""How a file spells a version: as PEP 440 does, or as SemVer, which Cargo, npm and Helm demand.

SemVer 2.0.0 has no post-releases. What PEP 440 calls ``1.2.0.post1`` is spelled ``1.2.0-post.1``, as maturin reads it.
"""

from __future__ import annotations

from typing import Literal

from packaging.version import Version

from releasegate.core.errors import Refused

Spelling = Literal["pep440", "semver"]

_PRE = {"a": "alpha", "b": "beta", "rc": "rc"}
_NUMBERS = 3


def stated(text: str, spelling: Spelling, *, where: str) -> str:
    """Return the version that *text* spells, in PEP 440's form; a text that is no version stays as it is.

    Raises:
        Refused: the file does not spell it as it should.
    """
    if spelling == "pep440":
        return text
    try:
        version = Version(text)
    except ValueError:  # not InvalidVersion: a number of thousands of digits is refused by int()
        return text
    wanted = spelled(str(version), spelling, where=where)
    if wanted != text:
        raise Refused(f"{where} states {text!a}, which is not how SemVer spells it.", hint=f"Write {wanted}")
    return str(version)


def spelled(version: str, spelling: Spelling, *, where: str) -> str:
    """Return *version*, a canonical one, as the file spells it.

    Raises:
        Refused: it has no form there.
    """
    if spelling == "pep440":
        return version
    parsed = Version(version)
    if len(parsed.release) != _NUMBERS or parsed.epoch or parsed.local is not None:
        raise Refused(
            f"{where} is spelled as SemVer, which has no form for {version}.",
            hint="Use versions of three numbers, such as 1.2.0",
        )
    marks = [] if parsed.pre is None else [f"{_PRE[parsed.pre[0]]}.{parsed.pre[1]}"]
    marks += [] if parsed.post is None else [f"post.{parsed.post}"]
    marks += [] if parsed.dev is None else [f"dev.{parsed.dev}"]
    return "-".join([".".join(map(str, parsed.release)), *([".".join(marks)] if marks else [])])
