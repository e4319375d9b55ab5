"""What the evidence of an entry must look like, where something is done with it: another machine may write anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from releasegate.core.release.beside import COMPANIONS
from releasegate.core.release.taken_back import CELL, REVOKED, runs_end_to_end
from releasegate.core.release.versions import parse_version

if TYPE_CHECKING:
    from releasegate.core.release.entry import Entry

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_SEAL = "seal"


def is_sound(entry: Entry) -> bool:
    """Whether every key of *entry* has the type that it is to have, and its evidence the shape that is relied on."""
    texts = (entry.at, entry.run, entry.step, entry.subject, entry.line, entry.kind, entry.verdict, entry.releasegate)
    if not all(isinstance(text, str) for text in texts) or _MOMENT.fullmatch(entry.at) is None:
        return False
    return _shape(entry)(entry.evidence)


def _shape(entry: Entry) -> Callable[[Any], bool]:
    if entry.event in {"waived", REVOKED}:
        return _is_word
    if entry.event == "done" and entry.step == _SEAL:
        return _is_seal
    if entry.event == "done" and entry.step == CELL:
        return _is_cell
    if entry.event == "done" and runs_end_to_end(entry.step):
        return _is_run
    return lambda _: True


def _is_word(said: Any) -> bool:
    return all(isinstance(said.get(key), str) and said[key].strip() for key in ("by", "reason"))


def _is_seal(said: Any) -> bool:
    named = isinstance(said.get("package"), str) and parse_version(said.get("version")) is not None
    commit = said.get("commit")
    files = said.get("files")
    return (
        named
        and isinstance(commit, str)
        and _COMMIT.fullmatch(commit) is not None
        and bool(files)
        and _are_files(files)
        and _are_companions(said)
    )


def _is_run(said: Any) -> bool:
    cells = said.get("cells", [])
    return _are_companions(said) and isinstance(cells, list) and all(map(_is_cell, cells))


def _is_cell(row: Any) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(key), str) for key in ("cell", "verdict"))


def _are_companions(said: Any) -> bool:
    listed = said.get(COMPANIONS, [])
    named = isinstance(listed, list) and all(map(_is_named, listed))
    # The one of an older entry may be none, or only a version.
    return named and _is_companion(said.get("companion"))


def _is_named(said: Any) -> bool:
    return isinstance(said, dict) and isinstance(said.get("name"), str) and _is_companion(said)


def _is_companion(said: Any) -> bool:
    if said is None or isinstance(said, str):
        return True
    named = isinstance(said, dict) and parse_version(said.get("version")) is not None
    return named and _are_files(said.get("files", {}))


def _are_files(files: Any) -> bool:
    return isinstance(files, dict) and all(isinstance(h, str) and _SHA256.fullmatch(h) for h in files.values())
