"""Where in the Git tree each file of a wheel comes from, found by looking: layouts differ, contents tell.

A wheel's folder has its *home* in the tree: ``src/pkg`` or ``lib/pkg`` or ``pkg``, wherever most of its files are.
Files that a build maps in from elsewhere are recognized by name and content, or by content where it says enough.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

Files = Mapping[str, bytes]

_TELLING = 64


@dataclass(frozen=True)
class Origins:
    """``files``: path in site-packages -> tracked path; ``homes``: top-level folder -> its folder in the tree."""

    files: Mapping[str, str]
    homes: Mapping[str, str]


def origins(installed: Files, tree: Files) -> Origins:
    """Find the tracked file of each installed file; those that have none are left out."""
    tracked = _Tracked(tree)
    homes = _homes(installed, tracked)
    found = {}
    for path, content in installed.items():
        folder, name = _split(path)
        at_home = [_join(homes[folder], name)] if folder in homes else []
        beside = tracked.named(name) if not folder else []
        renamed = tracked.holding(content)
        candidates = [*(p for p in at_home if p in tree), *tracked.alike(name, content), *beside, *renamed]
        if candidates:
            found[path] = candidates[0]
    return Origins(found, {folder: home for folder, home in homes.items() if "/" not in folder})


@dataclass(frozen=True)
class _Tracked:
    """The tree, with the indexes that a search needs."""

    files: Files

    @cached_property
    def folders(self) -> frozenset[str]:
        return _folders(self.files)

    @cached_property
    def _by_content(self) -> Mapping[tuple[str, bytes], list[str]]:
        index: dict[tuple[str, bytes], list[str]] = defaultdict(list)
        for path in sorted(self.files, key=_depth):
            index[_split(path)[1], self.files[path]].append(path)
        return index

    @cached_property
    def _by_bytes(self) -> Mapping[bytes, list[str]]:
        index: dict[bytes, list[str]] = defaultdict(list)
        for path in sorted(self.files, key=_depth):
            index[self.files[path]].append(path)
        return index

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        index: dict[str, list[str]] = defaultdict(list)
        for folder in self.folders:
            index[_split(folder)[1]].append(folder)
        return index

    def namesakes(self, name: str) -> list[str]:
        """Return the tracked folders of that name."""
        return self._by_name.get(name, [])

    def alike(self, name: str, content: bytes) -> list[str]:
        """Return the tracked files of that name and content; an empty file says nothing about where it is from."""
        return self._by_content.get((name, content), []) if content else []

    def holding(self, content: bytes) -> list[str]:
        """Return the tracked files of that content, whatever their names; a short one may be equal by chance."""
        return self._by_bytes.get(content, []) if len(content) >= _TELLING else []

    def named(self, name: str) -> list[str]:
        return sorted((path for path in self.files if _split(path)[1] == name), key=_depth)


def _homes(installed: Files, tracked: _Tracked) -> dict[str, str]:
    homes: dict[str, str] = {}
    paths = sorted(installed)
    for folder in sorted(_folders(installed) - {""}, key=_depth):
        parent, name = _split(folder)
        inherited = _join(homes[parent], name) if parent in homes else None
        home = inherited
        if inherited not in tracked.folders:
            inside = {path[len(folder) + 1 :]: installed[path] for path in below(folder, paths)}
            home = _search(folder, inside, tracked=tracked)
        if home is not None:
            homes[folder] = home
    return homes


def below(folder: str, paths: Sequence[str]) -> Sequence[str]:
    """Return those of the sorted *paths* that lie below *folder*."""
    return paths[bisect_left(paths, f"{folder}/") : bisect_left(paths, f"{folder}0")]  # 0 follows the slash


def _search(folder: str, inside: Files, *, tracked: _Tracked) -> str | None:
    """Return the tracked folder that holds most of the files *inside*; of equals the one nearest to the root."""
    candidates = {*tracked.namesakes(folder)} | {
        alike.removesuffix(path).rstrip("/")
        for path, data in inside.items()
        for alike in tracked.alike(_split(path)[1], data)
        if f"/{alike}".endswith(f"/{path}")
    }

    def score(home: str) -> tuple[int, int]:
        there = {path: tracked.files[_join(home, path)] for path in inside if _join(home, path) in tracked.files}
        return sum(bool(data) and data == inside[path] for path, data in there.items()), len(there)

    best = max(sorted(candidates, key=_depth), key=score, default=None)
    return best if best is not None and any(score(best)) else None


def _folders(paths: Iterable[str]) -> frozenset[str]:
    found = set()
    for path in paths:
        folder = _split(path)[0]
        while folder not in found:
            found.add(folder)
            folder = _split(folder)[0]
    return frozenset(found)


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path
