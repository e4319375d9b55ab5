"""Parses ``[tool.releasegate]``: the text of a ``pyproject.toml`` becomes ``Settings``, or every problem at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import ForgeConfig, IndexConfig, Package, Settings
from releasegate.core.config.messages import is_secret, shown, suggestion
from releasegate.core.config.reader import TABLES, KeyProblem, Location, read_fields
from releasegate.core.config.strings import within
from releasegate.core.errors import ConfigurationError
from releasegate.core.toml.lines import KeyPath, TomlText, join_key, read_toml

if TYPE_CHECKING:
    from releasegate.core.config.stack import Stack
    from releasegate.core.stacks.kit import KitSource

TABLE: KeyPath = ("tool", "releasegate")
# The variables are read unless the configuration names others.
ALIASES: Mapping[str, str] = {"testpypi": "TESTPYPI_TOKEN", "pypi": "PYPI_TOKEN"}
EXAMPLE = """\
[[tool.releasegate.packages]]
name = "my-package"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12", "3.13"]
"""

_INDEX_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NO_VERSION_FILE = (
    "is missing; write a list of version files: every file that states the version, "
    "or version-from-tag = true where the build reads it from Git's tags"
)

Fields = Mapping[str, Any]


def parse_settings(text: str, *, where: str, kits: KitSource | None = None) -> Settings:
    """Return what the text of a configuration file says; *where* names the file in messages.

    *kits* gives the kit of a stack by its name, and the hosts that are known when they are asked for; without it, a
    stack has none and runs nothing.

    Raises:
        ConfigurationError: the text is not TOML, has no ``[tool.releasegate]``, or has problems: each is a detail
            with file, line, key and what to write instead. No detail ever shows a secret.
    """
    toml = read_toml(text, where=where)
    if not has_table(toml.values):
        raise ConfigurationError(
            f"{where} has no [tool.releasegate] table.",
            hint=f"Add one to {where}; the least that it needs is shown above",
            details=EXAMPLE.splitlines(),
        )
    problems: list[KeyProblem] = []
    fields = read_fields(TABLES[Settings], toml.values["tool"]["releasegate"], Location(TABLE, problems))
    if kits is not None:
        fields["hosts"] = kits.hosts
        if (stack := fields.get("stack")) is not None:
            from releasegate.core.stacks.stack_fit import with_players

            made = replace(stack, kit=kits.kit(stack.kit_name))
            fields["stack"] = with_players(made, fields.get("packages", ()))
    told = {problem.path[: len(TABLE) + len(("packages", 0, "key"))] for problem in problems}
    # A key with a problem of its own is not compared with others.
    problems += [KeyProblem((*TABLE, *p), said) for p, said in _disagreements(fields) if (*TABLE, *p) not in told]
    if problems:
        raise _error(toml, problems, where=where)
    return _settings(fields)


def has_table(values: Mapping[str, Any]) -> bool:
    """Whether a ``pyproject.toml`` with these *values* has ``[tool.releasegate]``."""
    tool = values.get("tool")
    return isinstance(tool, dict) and "releasegate" in tool


def table_elsewhere(text: str, *, where: str) -> PurePosixPath | None:
    """Return the folder whose table holds for the repository of this file, too; ``None`` where the file has its own.

    Raises:
        ConfigurationError: the text is not TOML, or names no folder.
    """
    toml = read_toml(text, where=where)
    tool = toml.values.get("tool")
    table = tool.get("releasegate") if isinstance(tool, dict) else None
    if not isinstance(table, dict) or set(table) != {"table"}:
        return None
    problems: list[KeyProblem] = []
    kind = next(key.kind for key in TABLES[Settings].keys if key.name == "table")
    folder: PurePosixPath = Location((*TABLE, "table"), problems).read(kind, table["table"])
    if problems:
        raise _error(toml, problems, where=where)
    return folder


def _error(toml: TomlText, problems: Sequence[KeyProblem], *, where: str) -> ConfigurationError:
    """Return the error that shows all problems in the file's order."""
    lines = sorted((toml.line(p.path), n, f"{_masked(p.path)}: {p.sentence}") for n, p in enumerate(problems))
    return ConfigurationError(
        f"{len(lines)} problem{'s' * (len(lines) > 1)} in {where}.",
        hint=f"Correct each line in {where}; releasegate's docs/reference.md lists every key",
        details=[f"{where}:{line}: {message}" for line, _, message in lines],
    )


def _masked(path: KeyPath) -> str:
    return join_key(tuple("(a secret)" if is_secret(part) else part for part in path))


def _settings(fields: Fields) -> Settings:
    tables: Mapping[str, Fields] = fields["indexes"]
    indexes = {name: _index(name, tables.get(name, {})) for name in {**ALIASES, **tables}}
    packages = tuple(Package(**package) for package in fields["packages"])
    return Settings(**{**fields, "packages": packages, "indexes": indexes})


def _index(name: str, fields: Fields) -> IndexConfig:
    token = fields.get("token_env") or ALIASES.get(name)
    return IndexConfig(**{**fields, "name": name, "token_env": token})


def _version_file_problems(package: Fields) -> Iterator[str]:
    """Yield what is wrong with the version files of one package."""
    version_files = package.get("version_files", ())
    if not package.get("version_from_tag"):
        if not version_files:
            yield _NO_VERSION_FILE
        elif all(getattr(file, "spelling", "") == "major.minor" for file in version_files):
            yield "state two numbers alone; name one that states the whole version"
    for m, version_file in enumerate(version_files):
        if version_file in version_files[:m]:
            yield f"names a version file in {version_file.path} twice; write each once"


def _disagreements(fields: Fields) -> Iterator[tuple[KeyPath, str]]:
    """Yield what is wrong between keys that are each right by themselves."""
    packages: Sequence[Fields] = fields.get("packages", ())
    if fields.get("table") is not None:
        yield ("table",), "stands beside other keys; where another repository has the table, write nothing else"
    names: list[str | None] = [package.get("name") for package in packages]
    for n, package in enumerate(packages):
        path: KeyPath = ("packages", n)
        name = names[n]
        if name is not None and name in names[:n]:
            yield (*path, "name"), f"{shown(name)} is configured twice; write each package once"
        yield from (((*path, "version-files"), said) for said in _version_file_problems(package))
        yield from (((*path, key), said) for key, said in _forge_problems(package))
        misfits = _companion_problems(package.get("companions", ()), n, names)
        yield from (((*path, "companion", *key), said) for key, said in misfits)
    yield from _index_problems(fields, fields.get("indexes", {}))
    stack: Stack | None = fields.get("stack")
    if stack is None:
        return
    from releasegate.core.stacks.kit import NO_KIT
    from releasegate.core.stacks.stack_fit import stack_problems

    if stack.kit is not NO_KIT:
        yield from ((("stack", *path), said) for path, said in stack_problems(stack, packages))


def _companion_problems(
    companions: Sequence[Companion], position: int, names: Sequence[str | None]
) -> Iterator[tuple[KeyPath, str]]:
    """Yield what is wrong with the companions of the package at *position* of *names*, each with its key below them."""
    called: list[str] = []
    for number, each in enumerate(companions):
        path: KeyPath = (number,) if len(companions) > 1 else ()
        if each.name in called:
            yield (*path, "name"), f"{shown(each.name)} is a companion twice; write each once"
        else:
            yield from (((*path, key), said) for key, said in _misfits(each, position, names))
        called.append(each.name)


def _forge_problems(package: Fields) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with where a package is pushed to and published."""
    if package.get("tag_remote") is not None and package["tag_remote"] == package.get("remote"):
        yield "tag-remote", f"is {shown(package['tag_remote'])}, as remote is; leave it out"
    if package.get("branch_forge") is not None and package.get("tag_remote") is None:
        yield "branch-forge", "is for a package whose tags go to a tag-remote; leave it out"
    forges: dict[str, ForgeConfig | None] = {key: package.get(key) for key in ("forge", "branch_forge")}
    for key, forge in forges.items():
        if forge is not None and forge.kind == "gitea" and forge.address is None:
            yield key.replace("_", "-"), "has no address; write the web address of the Gitea"
    # A token is for one host.
    tokens = [forge.token_env for forge in forges.values() if forge is not None]
    if len(tokens) != len(set(tokens)):
        yield "branch-forge", f"would be sent the token of forge; write another token-env than {tokens[0]}"


def _misfits(companion: Companion, position: int, names: Sequence[str | None]) -> Iterator[tuple[str, str]]:
    earlier = [name for name in names[:position] if name is not None]
    if companion.name == names[position]:
        yield "name", "is the package itself; write the name of another package"
    elif companion.name in names[position:]:
        yield "name", f"{shown(companion.name)} comes later; move its table up: companions are released first"
    elif companion.name not in earlier:
        instead = suggestion(companion.name, earlier) if earlier else "configure it before this package"
        yield "name", f"{shown(companion.name)} is not a configured package; {instead}"
    if companion.default is not None and not within(companion.default, companion.requires):
        yield (
            "default",
            f"{companion.default} is outside of {shown(companion.requires)}; write one that requires allows",
        )


def _index_problems(fields: Fields, tables: Mapping[str, Fields]) -> Iterator[tuple[KeyPath, str]]:
    """Yield what is wrong with the indexes, and with the keys that name one."""
    known = [*ALIASES, *(name for name in tables if name not in ALIASES)]
    for name, table in tables.items():
        if not _INDEX_NAME.fullmatch(name):
            yield ("indexes", name), 'is not an index\'s name; write letters, digits, "-", "_" and "."'
        if {"upload", "simple"} <= table.keys():
            missing = [key for key in ("upload", "simple") if table[key] is None]
            if len(missing) == 1 or (missing and name not in ALIASES):
                yield ("indexes", name), f"has no {' and no '.join(missing)}; write both addresses, upload and simple"
    for role in ("staging", "production", "dependencies"):
        if role in fields and fields[role] not in known:
            yield (role,), f"{shown(fields[role])} is not a configured index; {suggestion(fields[role], known)}"
    staging = fields.get("staging")
    for role in ("production", "dependencies"):
        # Anyone can register any name on a staging index: nothing but the named packages may come from it.
        if staging is not None and fields.get(role) == staging:
            yield (role,), f"is the staging index, {shown(staging)}; write another index"
