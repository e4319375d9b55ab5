"""The configuration table that a repository is handed over with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import tomlkit
from tomlkit.items import Array, InlineTable, Table

from releasegate.core.adopt.detect import Detected
from releasegate.core.config.model import ForgeConfig
from releasegate.core.config.reader import TABLES

NOXFILE = '''"""The release gates: ``nox -l`` lists them."""

from releasegate.frontends.nox import sessions

sessions()
'''
TASKS = '''"""The release tasks: ``invoke -l`` lists them."""

from releasegate.frontends.invoke import ns

__all__ = ["ns"]
'''
_END_TO_END = (
    "Name what judges the package end to end, or waive that gate for a version: invoke waive",
    'end-to-end = { command = ["python", "-m", "pytest", "tests/e2e"] }',
)


@dataclass(frozen=True)
class RepositoryFacts:
    """What Git says of the repository; ``tag_prefix`` is what its newest version tag begins with."""

    branch: str
    remote: str
    tag_prefix: str
    forge: ForgeConfig | None


def table(found: Detected, repository: RepositoryFacts) -> str:
    """Return ``[tool.releasegate]`` as TOML text; a comment marks what is a guess."""
    packages = tomlkit.aot()
    packages.append(_package(found, repository))
    settings, tool = tomlkit.table(is_super_table=True), tomlkit.table(is_super_table=True)
    settings.add("packages", packages)
    tool.add("releasegate", settings)
    document = tomlkit.document()
    document.add("tool", tool)
    return document.as_string()


def _package(found: Detected, repository: RepositoryFacts) -> Table:
    package = tomlkit.table()
    package.add("name", found.name)
    package.add("version-files", _version_files(found))
    _add(package, "pythons", list(found.pythons), guess="nothing says which" if found.pythons_assumed else "")
    _add(package, "branch", repository.branch, guess="the one that is usual here")
    if repository.remote != "origin":
        package.add("remote", repository.remote)
    if repository.tag_prefix != "v":
        _add(package, "tag-prefix", repository.tag_prefix, guess="of the newest tag")
    if repository.forge is not None:
        forge = repository.forge
        keys = {"kind": forge.kind, "repository": forge.repository, "address": forge.address}
        package.add("forge", _inline({key: value for key, value in keys.items() if value is not None}))
    package.add(
        tomlkit.comment("Name what judges the package end to end, or waive that gate for a version: invoke waive")
    )
    package.add(tomlkit.comment('end-to-end = { command = ["python", "-m", "pytest", "tests/e2e"] }'))
    if found.data or found.frozen:
        package.add("wheel", _wheel(found))
    if found.needs_host and found.module is not None:
        not_imported = tomlkit.array()
        reason = "a plugin: it imports only inside of NetBox"
        not_imported.append(_inline({"pattern": f"{found.module.name}*", "reason": reason}))
        package.add("install", tomlkit.table().add("not-imported", not_imported))
    return package


def _version_files(found: Detected) -> Array:
    array = tomlkit.array()
    for version_file in found.version_files:
        keys = {key.name: str(getattr(version_file, key.field.name)) for key in TABLES[type(version_file)].keys}
        guess = "a guess: it states the same version" if version_file in found.guessed else None
        array.add_line(_inline(keys), comment=guess)
    array.add_line(indent="")
    return array


def _wheel(found: Detected) -> Table:
    wheel = tomlkit.table()
    if found.data:
        wheel.add(tomlkit.comment("A guess, from the files' names: what the package reads when it runs."))
        data = tomlkit.array().multiline(multiline=True)
        data.extend(found.data)
        wheel.add("data", data)
    if found.frozen:
        wheel.add("frozen", list(found.frozen))
    return wheel


def _add(package: Table, key: str, value: str | list[str], *, guess: str) -> None:
    item = tomlkit.item(value)
    if guess:
        item.comment(f"a guess: {guess}")
    package.add(key, item)


def _inline(keys: Mapping[str, str]) -> InlineTable:
    """Return an inline table with a space inside of each brace, where tomlkit has none."""
    table = tomlkit.inline_table()
    for n, (key, value) in enumerate(keys.items(), start=1):
        item = tomlkit.string(value)
        item.trivia.indent = " " if n == 1 else ""
        item.trivia.trail = " " if n == len(keys) else ""
        table.add(key, item)
    return table
