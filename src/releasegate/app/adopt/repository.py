"""What Git says of a repository that is adopted: its branch, remote and tags, and what else is in it."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from releasegate.adapters.git.command import Git, bare
from releasegate.adapters.git.work_tree import is_bare
from releasegate.adapters.plain_file import is_there, read_plain
from releasegate.core.adopt.above import NOTHING, Above
from releasegate.core.adopt.claims.of_code import TESTS
from releasegate.core.adopt.claims.of_files import LOCKS
from releasegate.core.adopt.code import package_name
from releasegate.core.adopt.detect import ALONE, Surroundings
from releasegate.core.adopt.former.releasers import CONFIGURATION, MANIFEST
from releasegate.core.adopt.prefixes import newest_first
from releasegate.core.adopt.table import RepositoryFacts
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.config.parse import has_table
from releasegate.core.config.strings import branch as taken
from releasegate.core.errors import ConfigurationError, Refused, ReleasegateError
from releasegate.core.toml.lines import read_toml

_LARGEST = 5 * 2**20

_PROJECT = "pyproject.toml"
_STATING = (_PROJECT, "setup.cfg", "setup.py")
"""By one of these a folder is known that holds a package."""
_TAGS = "%(creatordate:unix) %(refname:lstrip=2)"
_ASIDE = TESTS | {"fixtures", "examples", "example", "vendor", "node_modules", "testdata", "templates"}
_MANY = 200
_WEB = re.compile(r"^(https?)://(?:[^@/]+@)?([^/:]+(?::\d+)?)/(.+?)/?$")
_SSH = re.compile(r"^(?:ssh://(?:[^@/]+@)?([^/:]+)(?::\d+)?/|(?:[^@/:]+@)([^/:]+):)(.+?)/?$")
_USUAL = ("develop", "dev", "development", "main", "master", "trunk", "next", "stable")
"""The branches that releases are often cut from."""
_GITEA = ("gitea", "forgejo", "codeberg")


@dataclass(frozen=True)
class Whole:
    """The repository that a package is in: its top, the folder of the table that is there, what is around the package.

    ``above`` are the files above the package's folder that say something of it, by path from there: locks, and what
    release-please was told.
    """

    top: Path | None = None
    table: Path | None = None
    around: Surroundings = ALONE
    above: Mapping[PurePosixPath, bytes] = field(default_factory=dict)


UNKNOWN = Whole()
"""What is known of files that Git does not track."""


def tracked_files(git: Git) -> tuple[PurePosixPath, ...]:
    """Return the files that Git tracks below its folder, by path from there; none outside of any repository.

    Raises:
        Refused: it is a bare repository.
    """
    try:
        listed = git.ask("ls-files", "-z")
    except Refused:
        return ()
    names = listed.stdout.decode(errors="surrogateescape").split("\0")
    if not any(names) and is_bare(git):
        raise bare(git.root)
    return tuple(PurePosixPath(name) for name in names if name)


def read_file(path: Path) -> bytes | None:
    """Return the bytes of a file; ``None`` for what is none, cannot be read or is too large to be looked into."""
    try:
        return read_plain(path) if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def require_package(folder: Path) -> None:
    """Raise ``ConfigurationError`` where a package is in a folder above of the same repository, and none is here."""
    above = [folder, *folder.resolve().parents]
    top = next((number for number, each in enumerate(above) if is_there(each / ".git")), 0)
    found = next((each for each in above[: top + 1] if any(is_there(each / name) for name in _STATING)), folder)
    if found != folder:
        raise ConfigurationError(
            f"{folder} has none of {', '.join(_STATING)}, and so no package.",
            hint=f"Name the folder that has one: invoke adopt {shlex.quote(os.path.relpath(found))}",
        )


def surroundings(git: Git, files: Mapping[PurePosixPath, bytes]) -> Whole:
    """Return what is around a package whose *files* Git tracks."""
    prefix = PurePosixPath(git.ask("rev-parse", "--show-prefix").text)
    top = git.root.resolve()
    for _ in prefix.parts:
        top = top.parent
    everything = tracked_files(Git(top, git.environ)) if prefix.parts else tuple(files)
    others = [path for path in everything if path.parent != prefix and _ASIDE.isdisjoint(path.parts[:-1])]
    projects = [path for path in others if path.name == _PROJECT][:_MANY]
    tables = sorted((p for p in projects if _table(read_file(top / p) or b"")), key=lambda p: (len(p.parts), p))
    around = Surroundings(
        tags=newest_first(git.ask("for-each-ref", f"--format={_TAGS}", "refs/tags").text),
        siblings=frozenset(_siblings(top, others)),
        folder=prefix.name,
        above=Above(_Tracked(everything, lambda path: read_file(top / path)), prefix) if prefix.parts else NOTHING,
    )
    folders = ("/".join([".."] * n) for n in range(1, len(prefix.parts) + 1))
    names = (*LOCKS, MANIFEST, CONFIGURATION)
    above = {PurePosixPath(up, name): read_file(git.root / up / name) for up in folders for name in names}
    known = {path: content for path, content in above.items() if content is not None and _is_tracked(git, path)}
    return Whole(top, top / tables[0].parent if tables else None, around, known)


@dataclass(frozen=True)
class _Tracked(Mapping[PurePosixPath, bytes]):
    """Tracked files by path, each read when it is asked for; what cannot be read is empty."""

    paths: tuple[PurePosixPath, ...]
    read: Callable[[PurePosixPath], bytes | None]
    kept: dict[PurePosixPath, bytes] = field(default_factory=dict)

    def __getitem__(self, path: PurePosixPath) -> bytes:
        if path not in self:
            raise KeyError(path)
        if path not in self.kept:
            self.kept[path] = self.read(path) or b""
        return self.kept[path]

    def __contains__(self, path: object) -> bool:
        return path in self._known

    def __iter__(self) -> Iterator[PurePosixPath]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    @cached_property
    def _known(self) -> frozenset[PurePosixPath]:
        return frozenset(self.paths)


def _is_tracked(git: Git, path: PurePosixPath) -> bool:
    return bool(git.ask("ls-files", "-z", "--", str(path)).stdout)


def _table(content: bytes) -> bool:
    try:
        return has_table(read_toml(content.decode(errors="replace"), where=_PROJECT).values)
    except ReleasegateError:
        return False


def _siblings(top: Path, others: list[PurePosixPath]) -> Iterator[str]:
    """Yield what the other packages in the repository are called, those in other languages too."""
    for path in [each for each in others if each.name in {_PROJECT, "package.json", "Cargo.toml"}][:_MANY]:
        content = read_file(top / path) or b""
        try:
            if path.name == _PROJECT:
                yield package_name(read_toml(content.decode(errors="replace"), where="").values, {})
            elif path.name == "package.json":
                yield canonicalize_name(str(json.loads(content)["name"]).rpartition("/")[2])
        except (ReleasegateError, ValueError, KeyError, TypeError, RecursionError):
            pass
        if path.parent.name:
            yield canonicalize_name(path.parent.name)


def facts(git: Git, *, path: str) -> RepositoryFacts:
    """Return what Git says; the field's own defaults where it says nothing that can be written down."""
    try:
        remotes = git.ask("remote").text.splitlines()
    except Refused:
        return RepositoryFacts("main", "origin", None, path)
    if git.ask("rev-parse", "--show-prefix").text and not tracked_files(git):
        return RepositoryFacts("main", "origin", None, path)  # an archive unpacked inside of another repository
    remote = "origin" if "origin" in remotes or not remotes else remotes[0]
    there = f"refs/remotes/{remote}/"
    branch = git.ask("symbolic-ref", "--quiet", f"{there}HEAD").text.removeprefix(there) or git.branch()
    address = git.ask("remote", "get-url", remote).text
    forge = forge_at(address)
    seen = git.ask("for-each-ref", "--format=%(refname:lstrip=3)", there).text.splitlines()
    others = tuple(name for name in _USUAL if name in seen and name != branch)
    addresses = {name: git.ask("remote", "get-url", name).text for name in remotes if name != remote}
    elsewhere = tuple(_elsewhere(address, forge, addresses))
    return RepositoryFacts(
        _taken(branch, "main"), _taken(remote, "origin"), forge, path, others, elsewhere, _host(address) is not None
    )


def _elsewhere(
    address: str, forge: ForgeConfig | None, addresses: Mapping[str, str]
) -> Iterator[tuple[str, ForgeConfig]]:
    """Yield the remotes that are called as the one of *address* is, on another forge; a fork is on the same."""
    own = PurePosixPath(address.replace(":", "/")).name.removesuffix(".git")
    for name, other in addresses.items():
        there = forge_at(other)
        same = forge is not None and there is not None and (there.kind, there.address) == (forge.kind, forge.address)
        if there is not None and not same and there.repository.partition("/")[2] == own and _taken(name, "") == name:
            yield name, there


def _taken(name: str, usual: str) -> str:
    try:
        return taken(name)
    except ValueError:
        return usual


def _host(address: str) -> tuple[str, str, str] | None:
    """Return scheme, host and path of an address on another machine."""
    web, ssh = _WEB.match(address), _SSH.match(address)
    if web is not None:
        return web[1], web[2], web[3]
    return None if ssh is None else ("https", ssh[1] or ssh[2], ssh[3])


def forge_at(address: str) -> ForgeConfig | None:
    """Return the forge that a remote's address names; of one reached by SSH the web address is a guess."""
    known = _host(address)
    if known is None:
        return None
    scheme, host, path = known
    host, path = host.lower(), path.removesuffix(".git")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+", path):
        return None
    if host in {"github.com", "ssh.github.com"}:
        return ForgeConfig("github", path)
    return ForgeConfig("gitea", path, address=f"{scheme}://{host}") if any(word in host for word in _GITEA) else None
