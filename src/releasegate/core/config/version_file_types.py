"""The kinds of files that state the version, as the configuration names them; ``core/version_files`` reads them.

A further kind is a dataclass here, in ``VersionFile`` too, and a module there.
"""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from typing import Annotated, Any, get_args

from releasegate.core.config.messages import typed
from releasegate.core.config.reader import TABLES, Key, Location, ValueKind, read_table, table
from releasegate.core.config.values import (
    Attribute,
    IniKey,
    LockedName,
    Pattern,
    RepositoryFile,
    Spelling,
    TomlKey,
    list_of,
)
from releasegate.core.frozen import dataclass

_SPELLING = Key(
    "`semver` where the file spells a candidate as SemVer does, `1.2.0-rc.1`; `major.minor` where the first two "
    "numbers stand there alone, `1.2`"
)


@table("version-files: a key of a TOML file")
@dataclass(frozen=True)
class TomlVersionFile:
    """For example ``{ toml = "pyproject.toml", key = "project.version" }``."""

    path: Annotated[RepositoryFile, Key("the file", name="toml")]
    key: Annotated[TomlKey, Key("the dotted key whose string is the version")]
    spelling: Annotated[Spelling, _SPELLING] = "pep440"


@table("version-files: an assignment in a Python file")
@dataclass(frozen=True)
class PythonVersionFile:
    """For example ``{ python = "pkg/__init__.py", attribute = "Config.version" }``; a tuple will do: ``(1, 4, 0)``."""

    path: Annotated[RepositoryFile, Key("the file", name="python")]
    attribute: Annotated[Attribute, Key("the module's name or class attribute that is assigned the version")]
    spelling: Annotated[Spelling, _SPELLING] = "pep440"


@table("version-files: the package's own entry in a lock file")
@dataclass(frozen=True)
class LockVersionFile:
    """For example ``{ lock = "uv.lock" }``; in a workspace ``{ lock = "../../uv.lock" }``."""

    path: Annotated[RepositoryFile, Key("the `uv.lock`, `pylock.toml`, `pixi.lock` or `Cargo.lock`", name="lock")]
    name: Annotated[LockedName | None, Key("the entry's name, where it is not the package's")] = None


@table("version-files: the call of `setup` in a setup.py")
@dataclass(frozen=True)
class SetupVersionFile:
    """For example ``{ setup = "setup.py" }``."""

    path: Annotated[RepositoryFile, Key("the file whose `setup(version=...)` is the version", name="setup")]


@table("version-files: a key of an INI file")
@dataclass(frozen=True)
class IniVersionFile:
    """For example ``{ ini = "setup.cfg", key = "metadata.version" }``."""

    path: Annotated[RepositoryFile, Key("the file", name="ini")]
    key: Annotated[IniKey, Key("the section, a dot and the key")]


@table("version-files: a key of a JSON file")
@dataclass(frozen=True)
class JsonVersionFile:
    """For example ``{ json = "package.json", key = "version", spelling = "semver" }``."""

    path: Annotated[RepositoryFile, Key("the file", name="json")]
    key: Annotated[TomlKey, Key("the dotted key whose string is the version, written as in TOML")]
    spelling: Annotated[Spelling, _SPELLING] = "pep440"


@table("version-files: a text around the version in any file")
@dataclass(frozen=True)
class TextVersionFile:
    """For example ``{ text = "CITATION.cff", pattern = "version: {version}" }``."""

    path: Annotated[RepositoryFile, Key("the file", name="text")]
    pattern: Annotated[Pattern, Key("the text around the version, with `{version}` in it; all that it fits is bumped")]
    spelling: Annotated[Spelling, _SPELLING] = "pep440"


VersionFile = (
    TomlVersionFile
    | PythonVersionFile
    | LockVersionFile
    | SetupVersionFile
    | IniVersionFile
    | JsonVersionFile
    | TextVersionFile
)


def _read(value: Any, here: Location) -> Any:
    """Return the version file of the type whose first key is there."""
    typed(value, dict, instead='e.g. { toml = "pyproject.toml", key = "project.version" }')
    tables = {TABLES[each].keys[0].name: TABLES[each] for each in get_args(VersionFile)}
    chosen = [name for name in tables if name in value]
    if len(chosen) != 1:
        *names, last = tables
        raise ValueError(
            f"is not one version file; write one of the keys {', '.join(names)} and {last}, and what belongs to it"
        )
    return read_table(tables[chosen[0]], value, here)


VersionFiles = Annotated[
    tuple[VersionFile, ...],
    list_of(ValueKind("a version file", _read, get_args(VersionFile)), "a list of version files", least=1),
]
