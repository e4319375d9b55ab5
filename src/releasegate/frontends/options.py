"""The single gates and their options: declared once, for Nox, for ``releasegate`` and for the reference.

Nothing is imported here that a list of commands could not pay for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from releasegate.core.frozen import dataclass

Given = Mapping[str, Any]
"""The value of every option of a gate by the option's name, with ``_`` for ``-``; ``None`` where it was left out."""


@dataclass(frozen=True)
class Option:
    """An option of a gate; ``takes`` says how many values, ``words`` are the only ones that it understands."""

    flag: str
    meaning: str
    takes: Literal["one", "many", "none", "maybe"] = "one"
    value: str = ""
    words: tuple[str, ...] = ()
    default: str | None = None
    short: str = ""

    @property
    def name(self) -> str:
        """The name under which its value is given."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def help(self) -> str:
        """The meaning as plain text."""
        return self.meaning.replace("`", "")

    @property
    def usage(self) -> str:
        """The flag with the value that it takes, before the short one if there is one."""
        value = f"[{self.value}]" if self.takes == "maybe" else self.value
        return ", ".join(f"{flag} {value}".strip() for flag in (self.flag, self.short) if flag)


@dataclass(frozen=True)
class Gate:
    """A gate that can be run by itself; ``name`` is the Nox session's."""

    name: str
    title: str
    example: str
    options: tuple[Option, ...]

    @property
    def command(self) -> str:
        """What it is called under ``releasegate``."""
        return self.name.replace("_", "-")


_PACKAGE = Option("--package", "one package instead of all", value="NAME", short="-p")
_FOLDER = Option("--path", "where that package is, instead of the configured folder", value="FOLDER")
_PLACES = (
    "`dist` (what `build` made), `local` (a checkout of HEAD), or an index: `testpypi`, `pypi` or a configured one"
)
_VERSION = Option("--version", "a version instead of the one that the commit states", value="VERSION")

SPEAKING = (
    Option("--verbose", "show what every program said that was run: twine, pip, build, Compose", "none", short="-v"),
    Option("--quiet", "show verdicts alone", "none", short="-q"),
)
"""The options that every task, session and command has."""

LETTERS = {option.name: option.short.removeprefix("-") for option in (_PACKAGE, *SPEAKING)}
"""The only letters there are: each is the same option in every command that has it."""

VERSIONS = Gate(
    "versions",
    "Every version file says the same, the tag at HEAD too.",
    "--package my-plugin --tag v1.1.0rc1",
    (_PACKAGE, _FOLDER, Option("--tag", "a tag that they must agree with, instead of those at HEAD", value="TAG")),
)
BUILD = Gate(
    "build",
    "One wheel and one sdist of the commit, audited, with a manifest.",
    "--package my-plugin",
    (_PACKAGE, _FOLDER),
)
INSTALL_CHECK = Gate(
    "install_check",
    "Install wheel and sdist on every Python and try them.",
    "--source testpypi --version 1.1.0rc1",
    (
        _PACKAGE,
        _FOLDER,
        Option("--source", f"where it comes from: {_PLACES}; `dist` if left out", value="SOURCE", default="dist"),
        _VERSION,
        Option("--only-available", "leave out the Pythons that are not here instead of failing", takes="none"),
    ),
)
E2E = Gate(
    "e2e",
    "Run every package with its companions, end to end; what plays in a stack, in containers.",
    "--source testpypi --path fresh --path upgrade",
    (
        _PACKAGE,
        Option("--source", f"where it comes from: {_PLACES}; may be given twice", takes="many", value="SOURCE"),
        _VERSION,
        Option(
            "--backend-source",
            "where the companions come from; as `--source`, or `NAME=SOURCE` for one of several",
            takes="many",
            value="SOURCE",
        ),
        Option(
            "--backend-version",
            "the companion's version; of several `NAME=VERSION`, once for each",
            takes="many",
            value="VERSION",
        ),
        Option("--python", "the Python of the images that are made", takes="many", value="VERSION"),
        Option(
            "--path",
            "`fresh` (an empty database) or `upgrade` (one that a final made and filled)",
            takes="many",
            value="PATH",
        ),
        Option("--from", "the version that is upgraded from, not the newest final", takes="many", value="VERSION"),
        Option(
            "--plan",
            "print the cells and run none; as `json` each has the `options` that run it alone, for a CI's matrix",
            takes="maybe",
            value="json",
            words=("text", "json"),
        ),
        Option(
            "--blame", "where the pair fails, run it with what users have and say which of the two broke it", "none"
        ),
        Option(
            "--keep",
            "leave the stack of the one cell up, a failed one too, and print its addresses, the login and the command "
            "that takes it down",
            takes="none",
        ),
        Option("--only-available", "leave out cells whose image cannot be had, instead of failing", takes="none"),
        Option(
            "--record",
            "make the verdict of each cell evidence of the stated version, which the pipeline does not run again; the "
            "source is then the index that the version is proven from",
            takes="none",
        ),
        Option("--given", "leave that evidence in this folder for another job of the run (CI)", value="FOLDER"),
    ),
)
GATES = tuple(replace(gate, options=(*gate.options, *SPEAKING)) for gate in (VERSIONS, BUILD, INSTALL_CHECK, E2E))


TASKS = (
    *("release", "status", "show", "pairs", "doctor", "verify", "watch"),
    *("waive", "revoke", "adopt", "workflows", "rehearse", "cache"),
)
"""What the tasks are called, for who does not load them."""


def loudness(given: Given) -> Literal["quiet", "usual", "loud"]:
    """Return how loud a command is to be; raises ``ConfigurationError`` where it is to be both."""
    loud, quiet = (bool(given.get(option.name)) for option in SPEAKING)
    if loud and quiet:
        from releasegate.core.errors import ConfigurationError

        raise ConfigurationError("--verbose and --quiet exclude each other.", hint="Give one of them")
    return "loud" if loud else "quiet" if quiet else "usual"
