"""What may stand at a key of the configuration: each type with the kind that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from releasegate.core.config import strings as checks
from releasegate.core.config.messages import NO_SECRETS, is_secret, kind_of, typed
from releasegate.core.config.reader import Location, ValueKind, kind_of_type

# A hundred years: what is longer is a mistake, and too long for a clock.
_LONGEST = 3.2e9
_MOST = 1000
_LAST_PORT = 65535


def text(words: str, check: Callable[[str], Any]) -> ValueKind:
    """Return the kind of a string that *check* turns into the field, raising ``ValueError`` with what is wrong."""

    def read(value: Any, _: Location) -> Any:
        typed(value, str, instead=f"{words}, in quotes")
        if is_secret(value):
            raise ValueError(NO_SECRETS)
        return check(value)

    return ValueKind(words, read)


def list_of(member: Any, words: str, *, least: int = 0) -> ValueKind:
    """Return the kind of a list of *least* members or more; *member* is their kind, or a type that has one."""
    kind = member if isinstance(member, ValueKind) else kind_of_type(member)

    def read(value: Any, here: Location) -> Any:
        typed(value, list, instead=words)
        if len(value) < least:
            raise ValueError(f"is empty; write {words}")
        members = (here.at(n).read(kind, each) for n, each in enumerate(value))
        return tuple(each for each in members if each is not None)

    return ValueKind(words, read, kind.tables)


def alone_or_listed(member: type[Any], words: str) -> ValueKind:
    """Return the kind of a table that may stand alone, or in a list; a member with a problem leaves nothing to read."""
    kind = kind_of_type(member)

    def read(value: Any, here: Location) -> Any:
        if not isinstance(value, list):
            members = (here.read(kind, value),)
        elif value:
            members = tuple(here.at(n).read(kind, each) for n, each in enumerate(value))
        else:
            raise ValueError(f"is empty; write {words.removesuffix(', see below')}, or leave it out")
        return None if None in members else members

    return ValueKind(words, read, kind.tables, alone=True)


def _read_seconds(value: Any, _: Location) -> float:
    if type(value) not in {int, float}:
        raise ValueError(f"is {kind_of(value)}; write a number of seconds, e.g. 300")
    if not 0 < value < _LONGEST:
        raise ValueError("is not a length of time; write a number of seconds above 0, e.g. 300")
    return float(value)


def _read_amount(value: Any, _: Location) -> float:
    if type(value) not in {int, float} or not 0 <= value < _LONGEST:
        raise ValueError("is no amount; write a number, 0 for no limit of its own")
    return float(value)


def _read_count(value: Any, _: Location) -> int:
    if type(value) is not int or not 1 <= value < _MOST:
        raise ValueError("is no count; write a whole number, 1 or more")
    return value


def _read_port(value: Any, _: Location) -> int:
    if type(value) is not int or not 1 <= value <= _LAST_PORT:
        raise ValueError("is no port; write a number from 1 to 65535")
    return value


def by_name(member: Any, words: str) -> ValueKind:
    """Return the kind of a table whose keys are names and whose values are all of the kind of *member*."""
    kind = member if isinstance(member, ValueKind) else kind_of_type(member)

    def read(value: Any, here: Location) -> Any:
        typed(value, dict, instead=words)
        members = {name: here.at(name).read(kind, each) for name, each in value.items()}
        return {name: each for name, each in members.items() if each is not None}

    return ValueKind(words, read, kind.tables)


def _read_variables(value: Any, here: Location) -> dict[str, str]:
    typed(value, dict, instead='a table of environment variables, e.g. { MODE = "test" }')
    read: dict[str, str] = {}
    for name, given in value.items():
        if checks.is_variable(name) and isinstance(given, str) and not is_secret(given):
            read[name] = given
        else:
            here.at(name).wrong('is no variable with a plain text; write NAME = "value", and {secret} for a secret')
    return read


def _read_flag(value: Any, _: Location) -> bool:
    typed(value, bool, instead="true or false, without quotes")
    return bool(value)


_MINORS = list_of(
    text("a minor version of Python", checks.minor), 'a list of minor versions, e.g. ["3.12", "3.13"]', least=1
)
_WORDS = list_of(text("a word", checks.word), "a list of words, the program first", least=1)


def _read_pythons(value: Any, here: Location) -> tuple[str, ...]:
    read: tuple[str, ...] = _MINORS.read(value, here)
    if len(set(read)) < len(read):
        raise ValueError("names a version twice; write each once")
    return tuple(sorted(read, key=lambda minor: [int(part) for part in minor.split(".")]))


def _read_command(value: Any, here: Location) -> tuple[str, ...]:
    words: tuple[str, ...] = _WORDS.read(value, here)
    if words and not words[0].strip():
        raise ValueError("starts with an empty word; write the program first")
    return words


def _read_service(value: Any, here: Location) -> tuple[str, ...]:
    words = _read_command(value, here)
    if words and not any("{port}" in word for word in words):
        raise ValueError('has no {port}; write it where the port goes, e.g. ["python", "-m", "app", "{port}"]')
    return words


Texts = tuple[str, ...]

Flag = Annotated[bool, ValueKind("true or false", _read_flag)]
Seconds = Annotated[float, ValueKind("a number of seconds", _read_seconds)]
Count = Annotated[int, ValueKind("a whole number", _read_count)]
Port = Annotated[int, ValueKind("the number of a port", _read_port)]
Amount = Annotated[float, ValueKind("a number", _read_amount)]

Values = Annotated[Texts, list_of(text("a value", checks.plain), "a list of values")]
PackageName = Annotated[str, text("a package's name", checks.name)]
IndexName = Annotated[str, text("the name of an index", checks.plain)]
CanonicalVersion = Annotated[str, text("a version", checks.version)]
CanonicalVersions = Annotated[Texts, list_of(CanonicalVersion, "a list of versions")]
VersionRange = Annotated[str, text("a version range", checks.version_range)]
Requirement = Annotated[str, text("a requirement", checks.requirement)]
Requirements = Annotated[Texts, list_of(Requirement, "a list of requirements")]
Extras = Annotated[Texts, list_of(text("an extra", checks.extra), "a list of extras")]
Pythons = Annotated[Texts, ValueKind(_MINORS.words, _read_pythons)]

Folder = Annotated[PurePosixPath, text("a relative path", checks.folder)]
RepositoryFile = Annotated[PurePosixPath, text("a path inside the repository", checks.in_repository)]
Folders = Annotated[
    Texts, list_of(text("a folder inside the wheel", checks.inside_text), "a list of folders inside the wheel")
]
Glob = Annotated[str, text("a glob pattern", checks.plain)]
Globs = Annotated[Texts, list_of(Glob, "a list of glob patterns")]
Reason = Annotated[str, text("a reason", checks.plain)]
TomlKey = Annotated[str, text("a dotted key", checks.toml_key)]
IniKey = Annotated[str, text("a section and a key", checks.ini_key)]
Pattern = Annotated[str, text("a text with {version} in it", checks.pattern)]
Spelling = Annotated[
    Literal["pep440", "semver", "major.minor"],
    text("how the version is spelled", checks.one_of(("pep440", "semver", "major.minor"))),
]
LockedName = Annotated[str, text("a name in a lock file", checks.name)]
Attribute = Annotated[str, text("a name or a dotted attribute", checks.attribute)]
Module = Annotated[str, text("a Python module", checks.attribute)]

Branch = Annotated[str, text("a Git branch", checks.branch)]
Remote = Annotated[str, text("a Git remote", checks.branch)]
TagPrefix = Annotated[str, text("the beginning of a tag", checks.prefix)]
ForgeKind = Annotated[Literal["github", "gitea"], text("a kind of forge", checks.one_of(("github", "gitea")))]
Repository = Annotated[str, text("a repository, owner/name", checks.repository)]
Address = Annotated[str, text("an http or https address", checks.address)]
UrlPath = Annotated[str, text("the path of an address", checks.path_of_url)]
Username = Annotated[str, text("a user's name", checks.username)]

Variable = Annotated[str, text("the name of an environment variable", checks.variable)]
Variables = Annotated[Mapping[str, str], ValueKind("a table of environment variables", _read_variables)]
Command = Annotated[Texts, ValueKind(_WORDS.words, _read_command)]
Commands = Annotated[tuple[Texts, ...], list_of(Command, "a list of commands, each a list of words")]
ServiceCommand = Annotated[Texts, ValueKind("a list of words, one with {port}", _read_service)]
Runner = Annotated[str, text("a runner's label", checks.plain)]
Environment = Annotated[str, text("a deployment environment", checks.plain)]
