"""``invoke adopt --table``: a package whose repository lies beside the one that has the table of both."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from releasegate.adapters.git.command import Git
from releasegate.adapters.kit_folders import KitsBeside, kits_on
from releasegate.adapters.plain_file import read_plain
from releasegate.app.adopt.propose import Proposal, propose
from releasegate.app.adopt.publishers import called_in, take_in, workflows_of
from releasegate.core.adopt.asked.pair import pair_questions
from releasegate.core.adopt.asked.questions import Question
from releasegate.core.config.keys import Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError
from releasegate.core.toml.lines import read_toml

_PROJECT = PurePosixPath("pyproject.toml")
_ROW = re.compile(r"^\[\[tool\.releasegate\.packages\]\]", re.MULTILINE)
_STACK = "[tool.releasegate.stack]"
_FURTHER = re.compile(r"\n(?=\[tool\.releasegate\.(?:indexes\.|stack\]))")
"""Where the tables begin that are not a package's own."""
_OWN = re.compile(r"^(\[\[tool\.releasegate\.packages\]\]\n(?:name = .*\n))", re.MULTILINE)


def propose_beside(folder: Path, table: Path, *, environ: Mapping[str, str]) -> Proposal:
    """Return what would be written into the repository in *folder*, and into the table in *table*, which holds there.

    The package comes before those that are in the table, for a companion is released first; and behind them where its
    own workflows say that it calls one of them.

    Raises:
        ConfigurationError: one of them cannot be adopted so; what to do is said.
    """
    alone = propose(folder, environ=environ)
    there = table / _PROJECT
    held = read_plain(there).decode(errors="replace") if there.is_file() else ""
    if _ROW.search(held) is None:
        raise ConfigurationError(
            f"{there} has no [[tool.releasegate.packages]].",
            hint=f"Adopt that repository first: releasegate adopt {table}",
        )
    if not alone.package:
        return alone
    if canonicalize_name(folder.name) != folder.name or folder.name != alone.package:
        raise ConfigurationError(
            f"{alone.package} is in a folder called {folder.name}, and both are laid out by their packages' names.",
            hint=f"Clone it to a folder called {alone.package}, beside {table.name}",
        )
    calls = called_in(workflows_of(Git(folder, environ)))
    known = parse_settings(held, where=str(there), kits=KitsBeside(table))
    called = tuple(each.name for each in known.packages if each.name in calls)
    both = _both(alone, held, path=os.path.relpath(folder, table).replace(os.sep, "/"), behind=bool(called))
    settings = parse_settings(both, where=str(there), kits=KitsBeside(table))
    old = alone.files[_PROJECT][0]
    up = os.path.relpath(table, folder).replace(os.sep, "/")
    gap = "" if not old.strip() or old.endswith("\n\n") else "\n" if old.endswith("\n") else "\n\n"
    named = f'{old}{gap}[tool.releasegate]\ntable = "{up}"\n'
    files = {path: each for path, each in alone.files.items() if path.parts[:1] != (".github",)}
    files |= {_PROJECT: (old, named), PurePosixPath(up) / _PROJECT: (held, both)}
    asked = (*_not_taken_in(alone.questions, called), *_asked(alone, settings, called, Git(table, environ)))
    return replace(alone, files=files, alone=alone.files, questions=asked)


def _both(alone: Proposal, held: str, *, path: str, behind: bool) -> str:
    """Return the text of the table with the package's rows, and the stack that it brings where there is none."""
    old, new = alone.files[_PROJECT]
    row = _OWN.sub(rf'\g<1>path = "{path}"\n', new[len(old) :].replace("\r\n", "\n").lstrip("\n"), count=1)
    own = _FURTHER.split(row)
    package, stack = own[0].rstrip("\n"), next((each for each in own[1:] if each.startswith(_STACK)), "")
    further = "" if not stack or _STACK in held else f"\n{stack.rstrip()}\n"
    ends = "\r\n" if "\r\n" in held else "\n"
    rows = [each.start() for each in _ROW.finditer(held)]
    at = _behind(held, rows[-1]) if behind else rows[0]
    before = held[:at] if not behind or held[:at].endswith(ends * 2) else held[:at].rstrip() + ends * 2
    gap = "\n\n" if held[at:] else "\n"
    return before + (package + gap).replace("\n", ends) + held[at:] + further.replace("\n", ends)


def _behind(held: str, last: int) -> int:
    """Return where the tables of the package whose row is at *last* end."""
    own = ("tool", "releasegate", "packages")
    starts = read_toml(held, where=str(_PROJECT)).starts.items()
    return min((at for path, at in starts if at > last and held[at] == "[" and path[:3] != own), default=len(held))


def _not_taken_in(questions: tuple[Question, ...], called: tuple[str, ...]) -> Iterator[Question]:
    """Yield the *questions* without those packages to take into the table that are there."""
    done = {take_in(name) for name in called}
    for each in questions:
        left = tuple(line for line in each.answers if line not in done)
        if left or not each.answers:
            yield replace(each, answers=left)


def _asked(alone: Proposal, settings: Settings, called: tuple[str, ...], there: Git) -> Iterator[Question]:
    """Yield what is asked where packages of the table's own repository call the one that is taken in, or it them."""
    larger = kits_on(settings.stack.kit_name) if settings.stack is not None else {}
    own = [each for each in settings.packages if each.name == alone.package]
    for name in called:
        yield from pair_questions(name, None, own, settings=settings, larger=larger)
    calls = alone.package in called_in(workflows_of(there))
    callers = [
        each
        for each in settings.packages
        if ".." not in each.path.parts and (calls or alone.package in {c.name for c in each.companions})
    ]
    yield from pair_questions(alone.package, alone.service, callers, settings=settings, larger=larger)
