"""What is hidden from foreign code, where the system can hide anything, and what of it must be shown all the same.

What may not be looked at counts as not there: so ``os.path`` is asked, where a ``Path`` would raise.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import gettempdir
from threading import Lock

from releasegate.adapters.foreign.tools import shown_folders
from releasegate.adapters.process import PASSED_ON

_SETTINGS = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")
"""Folders that hold a person's settings, keys and sockets."""

_SOCKETS = ("docker.sock", "podman/podman.sock")
"""What a container engine of one's own listens at, in the folder of a session's sockets."""

_OF_A_PREFIX = ("lib", "lib64", "libexec", "pyvenv.cfg")
"""By one of these a folder is known that was installed as a whole, so that its programs need what is beside them."""

_OF_PYTHON = ("bin", "include", "lib", "lib64", "libexec", "pyvenv.cfg")
"""What of a folder is Python's own, where other things are in it, too."""

_PEOPLES = ("share/keyrings", "state", ".config", ".local", ".ssh", ".bashrc")
"""By one of these a folder is known that is somebody's own."""


_LOOKING = Lock()
"""Held while programs and folders are looked for: who asks at the same time waits for the answer."""


def hidden(environ: Mapping[str, str]) -> list[str]:
    """Return what is hidden, from the outside in: the home folder, and what else tells or answers with secrets."""
    user = os.getuid()
    named = [environ.get(name, "") for name in _SETTINGS]
    named += [_registered_home(user), f"/run/user/{user}", environ.get("SSH_AUTH_SOCK", "")]
    named += [str(Path(environ.get("TMUX_TMPDIR") or "/tmp", f"tmux-{user}")), f"/run/screen/S-{environ.get('USER')}"]  # noqa: S108 - where they are
    named.append(str(kept_environments(environ)))
    found = {os.path.realpath(path) for path in named if path.startswith("/") and os.path.exists(path)}
    # What everything is in cannot be hidden.
    return sorted(found - {os.path.realpath(path) for path in ("/", gettempdir(), *_system())})


def kept_environments(environ: Mapping[str, str]) -> Path:
    """Return where build environments are kept, which only the build sees that is lent one of them."""
    cache = environ.get("XDG_CACHE_HOME", "")
    folder = Path(cache) if cache.startswith("/") else Path(environ.get("HOME") or gettempdir(), ".cache")
    return folder / "releasegate" / "build-environments"


def shown(environ: Mapping[str, str], *, given: Iterable[Path], hiding: Iterable[str]) -> list[str]:
    """Return the paths below those of *hiding* that foreign code needs: what it was *given*, programs and caches.

    Of a program that is given, that is also what was installed with it.
    """
    needed: list[Path] = []
    for path in given:
        needed += [path, *(_installed_with(path) if os.path.isfile(path) else _lent(path))]
    hiding = tuple(hiding)
    with _LOOKING:
        programs = _programs(environ.get("PATH", ""), hiding)
        folders = _folders(frozenset(environ.items()), hiding)
    return sorted(_below(hiding, needed) | folders | programs)


@cache
def _folders(variables: frozenset[tuple[str, str]], hiding: tuple[str, ...]) -> frozenset[str]:
    """Return the ways to what of a person's is shown to all foreign code of a run."""
    environ = dict(variables)
    runtime = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    sockets = (Path(runtime, name) for name in _SOCKETS)
    return _below(hiding, [*_named(environ), *shown_folders(environ), *sockets])


def _below(hiding: tuple[str, ...], paths: Iterable[Path]) -> frozenset[str]:
    """Return all ways to those of *paths* that are there, as far as they lead through what is hidden."""
    ways = (way for path in set(paths) if path.is_absolute() and os.path.exists(path) for way in _ways(path))
    return frozenset(way for way in ways if _is_below(hiding, way))


def _is_below(hiding: tuple[str, ...], path: str) -> bool:
    return any(path.startswith(f"{folder}/") for folder in hiding)


@cache
def _programs(path: str, hiding: tuple[str, ...]) -> frozenset[str]:
    """Return the ways to the programs of a ``PATH`` and to what runs here; there are many, and they stay."""
    folders = [Path(folder) for folder in path.split(os.pathsep) if folder.startswith("/")]
    return _below(hiding, [*_ours(), *(each for folder in folders for each in _programs_in(folder, hiding))])


def _system() -> tuple[str, ...]:
    """Return the folders of the system, which are somebody's home on some machines."""
    return ("/bin", "/etc", "/lib", "/opt", "/sbin", "/usr", "/usr/bin", "/usr/sbin", "/var", "/var/lib")


def _registered_home(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_dir
    except KeyError:
        return ""


def _ways(path: Path) -> Iterator[str]:
    """Yield *path* as it is named, wherever it is a link, and as it really is."""
    here = path.absolute()
    yield from (str(each) for each in (here, *here.parents) if os.path.islink(each))
    yield os.path.realpath(here)


def _ours() -> Iterator[Path]:
    """Yield what the Python that runs here consists of, and this package."""
    for prefix in map(Path, {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}):
        yield from (prefix / part for part in _OF_PYTHON)
        if not _of_people(prefix):
            yield prefix
    yield Path(sys.executable)
    yield Path(str(files("releasegate")))


def _named(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield what the variables name that foreign code is told: certificates, the folder of temporary files."""
    for name in PASSED_ON - {"PATH", "HOME", "XDG_CACHE_HOME"}:
        yield from (Path(each) for each in environ.get(name, "").split(os.pathsep) if each)


def _programs_in(folder: Path, hiding: tuple[str, ...]) -> tuple[Path, ...]:
    """Return a folder of ``PATH`` and what its programs need: where links lead, and what was installed with them."""
    found = [folder, *_prefix(folder)]
    # Most links lead to what is not hidden, and neither is what was installed with that.
    for target in _links_of(os.path.realpath(folder)):
        found += _installed_with(Path(target)) if _is_below(hiding, target) and os.path.isfile(target) else ()
    return tuple(found)


@cache
def _links_of(folder: str) -> tuple[str, ...]:
    """Return where the links in *folder* lead; several folders of a ``PATH`` are often one."""
    try:
        links = [each.path for each in os.scandir(folder) if each.is_symlink()]
    except OSError:
        return ()
    return tuple(dict.fromkeys(map(os.path.realpath, links)))


def _installed_with(program: Path) -> Iterator[Path]:
    target = Path(os.path.realpath(program))
    if os.access(target, os.X_OK):
        yield target
        yield from _prefix(target.parent)


def _prefix(folder: Path) -> Iterator[Path]:
    """Yield the folder above one of programs where it was installed as a whole; never one with people's data."""
    above = folder.parent
    if not _of_people(above) and any(os.path.exists(above / each) for each in _OF_A_PREFIX):
        yield above


def _of_people(folder: Path) -> bool:
    return folder.name == ".local" or any(os.path.exists(folder / each) for each in _PEOPLES)


def _lent(path: Path) -> Iterator[Path]:
    """Yield where a clone at or above *path* finds the objects that it shares with another."""
    top = next((each for each in (path, *path.parents) if os.path.isdir(each / ".git")), None)
    if top is not None:
        for place in ("", "modules/**/"):
            for alternates in (top / ".git").glob(f"{place}objects/info/alternates"):
                yield from _chain(alternates, seen=set())


def _chain(alternates: Path, *, seen: set[Path]) -> Iterator[Path]:
    try:
        lines = alternates.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        objects = alternates.parent.parent / line
        if line and objects not in seen:
            seen.add(objects)
            yield objects
            yield from _chain(objects / "info" / "alternates", seen=seen)
