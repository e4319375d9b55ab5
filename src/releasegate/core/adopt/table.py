"""The configuration table that a repository is handed over with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from releasegate.core.adopt.detect import Adopted
from releasegate.core.config.model import ForgeConfig
from releasegate.core.config.version_file_types import PythonVersionFile, TomlVersionFile, VersionFile

NOXFILE = '''"""The release gates: ``nox -l`` lists them."""

from releasegate.frontends.nox import sessions

sessions()
'''
TASKS = '''"""The release tasks: ``invoke -l`` lists them."""

from releasegate.frontends.invoke import ns

__all__ = ["ns"]
'''


@dataclass(frozen=True)
class RepositoryFacts:
    """What Git says of the repository; ``tag_prefix`` is what its newest version tag begins with."""

    branch: str
    remote: str
    tag_prefix: str
    forge: ForgeConfig | None


def table(found: Adopted, repository: RepositoryFacts) -> str:
    """Return ``[tool.releasegate]`` as TOML text."""
    return "\n".join([*_lines(found, repository), ""])


def _lines(found: Adopted, repository: RepositoryFacts) -> Iterator[str]:
    yield from ("[[tool.releasegate.packages]]", f"name = {_text(found.name)}")
    yield "version-files = ["
    for version_file in found.version_files:
        guess = "  # a guess: it states the same version" if version_file in found.guessed else ""
        yield f"    {_version_file(version_file)},{guess}"
    yield "]"
    guess = "  # a guess: nothing says which" if found.unsaid else ""
    yield f"pythons = [{', '.join(map(_text, found.pythons))}]{guess}"
    yield f"branch = {_text(repository.branch)}  # a guess: the one that is usual here"
    if repository.remote != "origin":
        yield f"remote = {_text(repository.remote)}"
    if repository.tag_prefix != "v":
        yield f"tag-prefix = {_text(repository.tag_prefix)}  # a guess: of the newest tag"
    if repository.forge is not None:
        forge = repository.forge
        address = "" if forge.address is None else f", address = {_text(forge.address)}"
        yield f"forge = {{ kind = {_text(forge.kind)}, repository = {_text(forge.repository)}{address} }}"
    yield "# Name what judges the package end to end, or waive that gate for a version: invoke waive"
    yield '# end-to-end = { command = ["python", "-m", "pytest", "tests/e2e"] }'
    if found.data or found.frozen:
        yield from ("", "[tool.releasegate.packages.wheel]")
    if found.data:
        yield "# A guess, from the files' names: what the package reads when it runs."
        yield from ("data = [", *(f"    {_text(pattern)}," for pattern in found.data), "]")
    if found.frozen:
        yield f"frozen = [{', '.join(map(_text, found.frozen))}]"
    if found.hosted and found.module is not None:
        yield from ("", "[tool.releasegate.packages.install]")
        reason = "a plugin: it imports only inside of NetBox"
        yield f"not-imported = [{{ pattern = {_text(found.module.name + '*')}, reason = {_text(reason)} }}]"


def _version_file(version_file: VersionFile) -> str:
    if isinstance(version_file, TomlVersionFile):
        return f"{{ toml = {_text(str(version_file.path))}, key = {_text(version_file.key)} }}"
    if isinstance(version_file, PythonVersionFile):
        return f"{{ python = {_text(str(version_file.path))}, attribute = {_text(version_file.attribute)} }}"
    return f"{{ lock = {_text(str(version_file.path))} }}"


def _text(value: str) -> str:
    """Return a TOML string; every JSON string of these characters is one."""
    return json.dumps(value, ensure_ascii=False)
