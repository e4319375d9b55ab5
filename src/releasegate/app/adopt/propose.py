"""``invoke adopt``: hand releasegate over to another repository; what is there already is never replaced."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from releasegate.adapters.files import write_atomically
from releasegate.adapters.git.command import Git, to_begin
from releasegate.adapters.kit_folders import KitsBeside, kits_of_hosts, known_hosts
from releasegate.adapters.plain_file import is_there
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.app.adopt.publishers import asked, generated, index_tables, notes_on_secrets, workflows_of
from releasegate.app.adopt.repository import (
    UNKNOWN,
    Whole,
    facts,
    forge_at,
    read_file,
    require_package,
    surroundings,
    tracked_files,
)
from releasegate.app.project import load
from releasegate.core.adopt.addresses import stated_source
from releasegate.core.adopt.asked.own_files import OWN, PLACES, own_file
from releasegate.core.adopt.asked.questions import Question, questions
from releasegate.core.adopt.asked.releasing import of_notes, of_remotes
from releasegate.core.adopt.asked.stack import stack_questions
from releasegate.core.adopt.detect import Detected, detect
from releasegate.core.adopt.pythons import tried_here
from releasegate.core.adopt.service import ProposedService
from releasegate.core.adopt.shared import shared
from releasegate.core.adopt.table import table
from releasegate.core.config.keys import Package, Settings
from releasegate.core.config.parse import has_table, parse_settings, table_elsewhere
from releasegate.core.errors import ConfigurationError
from releasegate.core.toml.lines import read_toml
from releasegate.core.version_files.kind import utf8

_PROJECT = PurePosixPath("pyproject.toml")
_BUILT = PurePosixPath("PKG-INFO")
_JUNK = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox", "dist", "build"})


@dataclass(frozen=True)
class Proposal:
    """The old and the new text of every file that would change, by path; a file without a new text is removed.

    ``notes`` say what is to be known of it, ``questions`` what the repository does not tell. ``package`` is the one
    that was found, and ``service`` how it is started; both are empty where the table has it already. ``alone`` are the
    files with which it can be tried by itself, where its table will be in another repository.
    """

    folder: Path
    files: Mapping[PurePosixPath, tuple[str, str]]
    notes: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    package: str = ""
    service: ProposedService | None = None
    alone: Mapping[PurePosixPath, tuple[str, str]] | None = None

    def diff(self) -> Iterator[str]:
        """Yield the lines of a unified diff of every file."""
        for path, (old, new) in self.files.items():
            name = f"b/{path}" if new else "/dev/null"
            before = f"a/{path}" if old else "/dev/null"
            yield from difflib.unified_diff(old.splitlines(), new.splitlines(), before, name, lineterm="")

    def write(self) -> None:
        """Write every file."""
        for path, (_, new) in self.files.items():
            if new:
                write_atomically(self.folder / path, new.encode())
            else:
                (self.folder / path).unlink(missing_ok=True)


def propose(folder: Path, *, environ: Mapping[str, str]) -> Proposal:
    """Return what would be written into the repository in *folder*; nothing is.

    A second package of a repository goes into the table that is there.

    Raises:
        ConfigurationError: there is nothing that could be adopted; what to do is said.
        Refused: the repository is a bare one.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder.", hint="Name the folder of the repository, a clone of it")
    git = Git(folder, environ)
    tracked = tracked_files(git)
    # Git need not know a file for it to be somebody's work.
    paths = {*(tracked or _walked(folder)), *(path for path in (_PROJECT, *OWN) if is_there(folder / path))}
    files = {path: content for path in sorted(paths) if (content := read_file(folder / path)) is not None}
    require_package(folder)
    if _PROJECT in paths and _PROJECT not in files:
        raise ConfigurationError("pyproject.toml cannot be read.", hint="Make it a readable file")
    whole = surroundings(git, files) if tracked else UNKNOWN
    links = dict(_links(folder, paths, top=whole.top or folder))
    files |= {end: content for end in links.values() if end not in files and (content := read_file(folder / end))}
    whole = replace(whole, around=replace(whole.around, links=links))
    home = folder if _has_table(files.get(_PROJECT, b"")) or whole.table is None else whole.table
    old = read_file(home / _PROJECT) or b""
    notes = [] if tracked else [f"Git tracks nothing here, and a build is made of a commit: {to_begin(folder)}"]
    table = _with_table(utf8(old, where="pyproject.toml"), {**files, **whole.above}, git, whole, home=home)
    others, text = workflows_of(git) if tracked else {}, table.text
    if not _has_table(old):
        text += _ended(index_tables(others), as_in=text)
    wanted = {_PROJECT: text}
    if home == folder and files.get(_BUILT, b"").startswith(b"Metadata-Version:"):
        wanted[_BUILT] = ""
        notes.append(f"{_BUILT} is what a build writes into an archive, which would hold it twice: it is removed")
    own, own_questions = _own_files(home, paths if home == folder else set())
    shared = table_elsewhere(text, where="pyproject.toml") is not None
    settings = load(home, environ=environ).settings if shared else _parsed(text, home)
    made, of_workflows = generated(home, settings, top=whole.top)
    changes = {
        path: ((read_file(home / path) or b"").decode(errors="replace"), new)
        for path, new in {**wanted, **own, **made}.items()
    }
    return Proposal(
        home,
        {path: pair for path, pair in changes.items() if pair[0] != pair[1]},
        (*notes, *notes_on_secrets(others), *table.notes),
        (*asked(others, settings), *table.questions, *own_questions, *of_workflows),
        table.package,
        table.service,
    )


def _own_files(home: Path, paths: Collection[PurePosixPath]) -> tuple[dict[PurePosixPath, str], list[Question]]:
    """Return the small files that are missing, and what is asked of those that are there."""
    wanted, questions = {}, []
    for path, text in OWN.items():
        there = next((each for each in PLACES[path] if is_there(home / each) or each in paths), None)
        question = own_file(there, read_file(home / there) or b"") if there is not None else None
        if there is None:
            wanted[path] = text
        elif question is not None:
            questions.append(question)
    return wanted, questions


@dataclass(frozen=True)
class _WithTable:
    """The text of ``pyproject.toml`` with a package's table, what is said and asked of it, and the package's name."""

    text: str
    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    package: str = ""
    service: ProposedService | None = None


def _parsed(text: str, home: Path) -> Settings:
    return parse_settings(text, where="pyproject.toml", kits=KitsBeside(home))


def _has_table(content: bytes) -> bool:
    return has_table(read_toml(content.decode(errors="replace"), where="pyproject.toml").values)


def _is_package(project: str, files: Mapping[PurePosixPath, bytes]) -> bool:
    """Whether the folder of a table is itself a package, and not only where others are."""
    values = read_toml(project, where="pyproject.toml").values
    virtual = isinstance(uv := (values.get("tool") or {}).get("uv"), dict) and uv.get("package") is False
    return not virtual and ("project" in values or PurePosixPath("setup.py") in files)


def _with_table(old: str, files: Mapping[PurePosixPath, bytes], git: Git, whole: Whole, *, home: Path) -> _WithTable:
    """Return the text of ``pyproject.toml`` with the package's table at its end, and what is to be said of it.

    Every byte before the table is as it was.
    """
    stack = None
    mine: list[Package] = []
    path = os.path.relpath(git.root, home).replace(os.sep, "/")
    if table_elsewhere(old, where="pyproject.toml") is not None:
        return _WithTable(old)
    if _has_table(old.encode()):
        settings = _parsed(old, home)
        there = any(str(package.path) == path for package in settings.packages)
        if there or (path == "." and not _is_package(old, files)):
            return _WithTable(old)
        mine = [each for each in settings.packages if (home / each.path).resolve().is_relative_to(whole.top or home)]
        stack = settings.stack
        used = frozenset(package.tag_prefix for package in mine)
        whole = replace(whole, around=replace(whole.around, used=used))
    around = replace(whole.around, hosts=known_hosts(), kits=kits_of_hosts(), standard=sys.stdlib_module_names)
    found, absent = _tried_here(detect(files, around), git.environ)
    if stack is not None and found.stack is not None and found.stack.role not in stack.kit.roles:
        found = replace(found, stack=None)
    known = replace(facts(git, path=path), named=forge_at(stated_source(files)))
    said = table(found, known, joined=stack is not None)
    # At the end as text: in the document, tomlkit would put it behind the other tables of tools.
    gap = "" if not old.strip() or old.endswith("\n\n") else "\n" if old.endswith("\n") else "\n\n"
    text = old + _ended(gap + said, as_in=old)
    try:
        read_toml(text, where="pyproject.toml")
    except ConfigurationError:
        raise ConfigurationError(
            "pyproject.toml writes tool, or tool.releasegate.packages, inline, and no table can be added to that.",
            hint="Write it as tables, [tool.NAME] and [[tool.releasegate.packages]] each",
        ) from None
    of_stack = stack_questions(found.stack, stack) if found.stack is not None else ()
    asked_of_it = (*of_remotes(known), *questions(found, known), *of_stack, *of_notes(tuple(files)))
    both = shared(mine, path, [each.version_file for each in found.version_files])
    return _WithTable(text, (*found.notes, *both, *absent), asked_of_it, found.name, found.service)


def _tried_here(found: Detected, environ: Mapping[str, str]) -> tuple[Detected, list[str]]:
    """Leave out Pythons that the package only admits and this machine does not have, and say so."""
    if found.pythons_from != "requires-python":
        return found, []
    interpreters = Interpreters(environ)
    tried = tried_here(found.pythons, [each for each in found.pythons if interpreters.find(each) is not None])
    absent = [each for each in found.pythons if each not in tried]
    said = (
        f"Its Requires-Python admits Python {', '.join(absent)}, too, which this machine does not have: to try them, "
    )
    todo = f"uv python install {' '.join(absent)}, and add them to pythons"
    return replace(found, pythons=tried), [said + todo] if absent else []


def _ended(lines: str, *, as_in: str) -> str:
    """Return *lines* with the line ends of another text."""
    return lines.replace("\n", "\r\n") if "\r\n" in as_in else lines


def _walked(folder: Path) -> Iterator[PurePosixPath]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not _JUNK & set(inside.parts):
            yield PurePosixPath(inside.as_posix())


def _links(
    folder: Path, paths: Collection[PurePosixPath], *, top: Path
) -> Iterator[tuple[PurePosixPath, PurePosixPath]]:
    """Yield the links among *paths*, each with the other file, or the folder, of the repository that it leads to."""
    here, top = folder.resolve(), top.resolve()
    for path in paths:
        end = _end(folder / path)
        inside = PurePosixPath(os.path.relpath(end, here)) if end is not None and end.is_relative_to(top) else None
        if inside is not None and (inside in paths or (folder / inside).is_dir() or ".." in inside.parts):
            yield path, inside


def _end(path: Path) -> Path | None:
    """Return where a link leads at last; nothing where it is none, or leads round in a circle."""
    try:
        return path.resolve() if path.is_symlink() else None
    except (OSError, RuntimeError):
        return None
