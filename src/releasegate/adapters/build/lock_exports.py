"""Lists of pins that are tracked: what ``uv export`` made is made again, of others it is told who made them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from releasegate.adapters.build.lock_tools import LockTools
from releasegate.core.enumerated import first_of
from releasegate.core.install.exported import NAMES, MadeBy, folder_of, made_by, pins
from releasegate.ports import LockAnswer

_ASIDE = frozenset({"test", "tests", "testing", "fixtures", "testdata", "examples", "vendor", "node_modules"})
_SHOWN = 3


def exports(tools: LockTools) -> Iterator[LockAnswer]:
    """Yield what is to be said of each list that uv exported, and one answer for all that another tool made."""
    others: dict[str, list[Path]] = {}
    for path in _lists(tools.folder):
        text = path.read_text(encoding="utf-8", errors="replace")
        made = made_by(path.name, text)
        if made is None:
            continue
        answer = _exported(tools, path, text, made) if made.tool == "uv export" else None
        if answer is not None:
            yield answer
        else:
            others.setdefault(made.tool, []).append(path)
    for tool, paths in others.items():
        shown = first_of([tools.shown(path) for path in paths], _SHOWN)
        yield LockAnswer(shown, "", f"nobody was asked: run {tool} as they say, and see that nothing changes")


def _lists(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each not in _ASIDE)
        yield from (Path(root, name) for name in sorted(files) if _is_list(Path(root).name, name))


def _is_list(folder: str, name: str) -> bool:
    return NAMES.fullmatch(name) is not None or ("requirements" in folder and name.endswith(".txt"))


def _exported(tools: LockTools, path: Path, text: str, made: MadeBy) -> LockAnswer | None:
    """Make a list again from the lock as it is, and compare what both pin; ``None`` where that cannot be done here."""
    ran = folder_of(PurePosixPath(path.relative_to(tools.folder).as_posix()), made)
    places = [] if ran is None else [folder := tools.folder / ran, *folder.parents]
    home = next((each for each in places if (each / "uv.lock").is_file()), None)
    if home is None or not home.is_relative_to(tools.top.resolve()):
        return None
    # What is asked here is the list; whether the lock itself is current is asked of the lock.
    words = [word for word in made.words if word not in {"--locked", "--frozen", "--check"}]
    done = tools.run_uv("export", *words, "--frozen", "--offline", "--no-header", cwd=tools.folder / (ran or ""))
    if done.exit_code:
        return None
    again, shown = "uv export", tools.shown(path)
    if pins(path.name, done.stdout) == pins(path.name, text):
        return LockAnswer(shown, again)
    command = " ".join([again, *made.words, "-o", made.output or path.name])
    differ = sorted(pins(path.name, done.stdout) ^ pins(path.name, text))
    lines = tuple(f"{name} {version}" for name, version in differ[:_SHOWN])
    return LockAnswer(shown, again, f"{shown} is not what the lock says: run {command}, and commit it", lines)
