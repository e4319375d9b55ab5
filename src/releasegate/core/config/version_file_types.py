"""The kinds of files that state the version, as the configuration names them; ``core/version_files`` reads them.

A further kind is a dataclass here, in ``VersionFile`` too, and a module there.
"""

# The annotations are data (see reader.table): their evaluation must not be postponed.

from dataclasses import dataclass
from typing import Annotated, Any, get_args

from releasegate.core.config.messages import typed
from releasegate.core.config.reader import TABLES, Key, Location, ValueKind, read_table, table
from releasegate.core.config.values import Attribute, File, TomlKey, list_of


@table("version-files: a key of a TOML file")
@dataclass(frozen=True)
class TomlVersionFile:
    """For example ``{ toml = "pyproject.toml", key = "project.version" }``."""

    path: Annotated[File, Key("the file", name="toml")]
    key: Annotated[TomlKey, Key("the dotted key whose string is the version")]


@table("version-files: an assignment in a Python file")
@dataclass(frozen=True)
class PythonVersionFile:
    """For example ``{ python = "pkg/__init__.py", attribute = "Config.version" }``."""

    path: Annotated[File, Key("the file", name="python")]
    attribute: Annotated[Attribute, Key("the module's name or class attribute that is assigned the version")]


@table("version-files: the package's own entry in a lock file")
@dataclass(frozen=True)
class LockVersionFile:
    """For example ``{ lock = "uv.lock" }``."""

    path: Annotated[File, Key("the `uv.lock`", name="lock")]


VersionFile = TomlVersionFile | PythonVersionFile | LockVersionFile


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
