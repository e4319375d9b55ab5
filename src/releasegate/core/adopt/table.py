"""The configuration table that a repository is handed over with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import tomlkit
from tomlkit.items import Array, InlineTable, String, Table

from releasegate.core.adopt.detect import Detected
from releasegate.core.adopt.stack import ProposedStack
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.config.reader import TABLES
from releasegate.core.config.version_file_types import VersionFile

NOXFILE = '''"""The release gates: ``nox -l`` lists them."""

from releasegate.frontends.nox import sessions

sessions()
'''
TASKS = '''"""The release tasks: ``invoke -l`` lists them."""

from releasegate.frontends.invoke import ns

__all__ = ["ns"]
'''
_END_TO_END = "Name what judges the package end to end, or waive that gate for a version: releasegate waive"


@dataclass(frozen=True)
class RepositoryFacts:
    """What Git says of the repository; ``path`` leads to the package from the file that the table is in.

    ``branches`` are those beside ``branch`` that releases are often cut from, ``elsewhere`` the other remotes that are
    the same repository on another forge. ``named`` is the forge that the package's metadata names: where no remote is
    elsewhere (``hosted``), that is it; else it is asked about.
    """

    branch: str
    remote: str
    forge: ForgeConfig | None
    path: str = "."
    branches: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, ForgeConfig], ...] = ()
    hosted: bool = False
    named: ForgeConfig | None = None

    @property
    def taken(self) -> ForgeConfig | None:
        """The forge that goes into the table."""
        return self.forge or (None if self.hosted else self.named)


def table(found: Detected, repository: RepositoryFacts, *, joined: bool = False) -> str:
    """Return ``[tool.releasegate]`` as TOML text; a comment marks what is a guess.

    A package that is *joined* to the stack of a table which is there brings none.
    """
    packages = tomlkit.aot()
    packages.append(_package(found, repository))
    settings, tool = tomlkit.table(is_super_table=True), tomlkit.table(is_super_table=True)
    settings.add("packages", packages)
    if found.stack is not None and not joined:
        settings.add("stack", _stack(found.stack))
    tool.add("releasegate", settings)
    document = tomlkit.document()
    document.add("tool", tool)
    return document.as_string()


def _package(found: Detected, repository: RepositoryFacts) -> Table:
    package = tomlkit.table()
    package.add("name", found.name)
    if repository.path != ".":
        package.add("path", repository.path)
    if found.version_files:
        package.add("version-files", _version_files(found))
    if found.from_tag:
        package.add("version-from-tag", True)  # noqa: FBT003 - a value of TOML
    unsaid = {"untried": "it names none that a gate is run on", "nothing": "nothing says which"}
    _add(package, "pythons", list(found.pythons), guess=unsaid.get(found.pythons_from, ""))
    _add(package, "branch", repository.branch, guess="the one that is usual here")
    if repository.remote != "origin":
        package.add("remote", repository.remote)
    if found.prefix.text != "v":
        _add(package, "tag-prefix", found.prefix.text, guess=found.prefix.guess)
    if repository.taken is not None:
        guess = "" if repository.forge is not None else "its metadata names this address"
        _add(package, "forge", forge_table(repository.taken), guess=guess)
    for line in _end_to_end(found):
        package.add(tomlkit.comment(line))
    if found.data or found.frozen or found.generated or found.allowed or found.omitted:
        package.add("wheel", _wheel(found))
    if found.not_imported or found.extras:
        package.add("install", _install(found))
    return package


def _end_to_end(found: Detected) -> Iterator[str]:
    """Yield what is said of its end-to-end command, where it is judged in no stack."""
    if found.stack is None:
        yield _END_TO_END
        if found.end_to_end is not None:
            yield found.end_to_end.line


def _stack(proposed: ProposedStack) -> Table:
    stack = tomlkit.table()
    stack.add(tomlkit.comment(f"{proposed.title} loads it: it is judged in containers. releasegate e2e --plan"))
    stack.add("kit", proposed.kit)
    stack.add("packages", inline({proposed.role: [proposed.package]}))
    stack.add("pythons", [proposed.python])
    if proposed.values:
        _add(stack, "dimensions", inline({proposed.dimension: list(proposed.values)}), guess=proposed.guess)
    if proposed.settings and proposed.variable:
        variables = inline({proposed.variable: tomlkit.string(proposed.told, literal=True)})
        _add(stack, "variables", variables, guess="it does not load without these settings")
    if not proposed.released:
        _add(stack, "paths", ["fresh"], guess="no tag says that there is a final to upgrade from")
    return stack


def _exemptions(patterns: Sequence[tuple[str, str]]) -> Array:
    array = tomlkit.array()
    for pattern, reason in patterns:
        array.add_line(inline({"pattern": pattern, "reason": reason}))
    array.add_line(indent="")
    return array


def version_file_row(version_file: VersionFile) -> str:
    """Return a version file as its row in the table."""
    return inline(_keys(version_file)).as_string()


def _version_files(found: Detected) -> Array:
    array = tomlkit.array()
    for proposed in found.version_files:
        array.add_line(inline(_keys(proposed.version_file)), comment=proposed.remark or None)
    array.add_line(indent="")
    return array


def _keys(version_file: VersionFile) -> Mapping[str, str]:
    """Return the keys of a version file, but for those that say what is so without them."""
    said = {key.name: (getattr(version_file, key.field.name), key.absent) for key in TABLES[type(version_file)].keys}
    return {name: str(value) for name, (value, absent) in said.items() if value != absent}


def _wheel(found: Detected) -> Table:
    wheel = tomlkit.table()
    if found.data:
        wheel.add(tomlkit.comment("A guess, from the files' names: what the package reads when it runs."))
        data = tomlkit.array().multiline(multiline=True)
        data.extend(found.data)
        wheel.add("data", data)
    if found.references:
        wheel.add("references", list(found.references))
    if found.frozen:
        wheel.add("frozen", list(found.frozen))
    for key, patterns in (("generated", found.generated), ("allowed", found.allowed), ("omitted", found.omitted)):
        if patterns:
            wheel.add(key, _exemptions(patterns))
    return wheel


def _install(found: Detected) -> Table:
    install = tomlkit.table()
    if found.extras:
        _add(install, "extras", list(found.extras), guess="its modules import what these bring")
    if found.not_imported:
        install.add("not-imported", _exemptions(found.not_imported))
    return install


def _add(package: Table, key: str, value: str | list[str] | InlineTable, *, guess: str) -> None:
    item = tomlkit.item(value)
    if guess:
        item.comment(f"a guess: {guess}")
    package.add(key, item)


def forge_table(forge: ForgeConfig, *, token_env: str = "") -> InlineTable:
    """Return the table of a forge in a line."""
    keys = {"kind": forge.kind, "repository": forge.repository, "address": forge.address, "token-env": token_env}
    return inline({key: value for key, value in keys.items() if value})


def inline(keys: Mapping[str, str | list[str] | String]) -> InlineTable:
    """Return an inline table with a space inside of each brace, where tomlkit has none."""
    table = tomlkit.inline_table()
    for n, (key, value) in enumerate(keys.items(), start=1):
        item = tomlkit.item(value)
        item.trivia.indent = " " if n == 1 else ""
        item.trivia.trail = " " if n == len(keys) else ""
        table.add(key, item)
    return table
