"""What a repository does not tell of its package: questions for a person, each with answers to paste."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePosixPath
from typing import Literal

import tomlkit

from releasegate.core.adopt.detect import Detected, as_glob
from releasegate.core.adopt.table import RepositoryFacts, forge_table, version_file_row
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.enumerated import counted, joined
from releasegate.core.version_files.leftovers import Leftover

Place = Literal["package", "stack", "table", "shell", "file"]
"""Where an answer belongs: the table of the package or the stack, one of its own, a shell, a file that is named."""

_HOSTED = (
    "It cannot be run by itself: give a command that starts its host, or judge it in containers "
    "([tool.releasegate.stack])"
)
_NOTHING = "No import package was found that could be tried: give a command"
_LINES = 4
_FILES = 8


@dataclass(frozen=True)
class Question:
    """What is asked, and the lines of which one may be the answer, or all are; ``place`` is where they belong."""

    asks: str
    answers: tuple[str, ...]
    place: Place = "package"


def questions(found: Detected, repository: RepositoryFacts) -> Iterator[Question]:
    """Yield what is asked of a package that was found, the most telling first."""
    yield from _of_branch(repository)
    if repository.taken is None:
        named = repository.named or ForgeConfig("github", "OWNER/NAME")
        yield Question(
            "On which forge is it released? No remote says, and without one a final is refused and no workflow is "
            "written.",
            (f"forge = {forge_table(named).as_string()}",),
        )
    if found.pythons_from in {"untried", "nothing"}:
        said = "Nothing says" if found.pythons_from == "nothing" else "It names none that a gate is run on"
        yield Question(
            f"Which Pythons does it support? {said}; {' and '.join(found.pythons)} were taken.",
            ("pythons = [" + ", ".join(f'"{each}"' for each in found.pythons) + "]",),
        )
    if found.prefix.guess and (found.prefix.ahead or found.prefix.text != "v"):
        own = (f'tag-prefix = "{found.name}-v"',) if found.prefix.ahead else ()
        yield Question(
            f"What stands before a version in its tags? {found.prefix.guess}.",
            (f'tag-prefix = "{found.prefix.text}"', *own),
        )
    for each in found.version_files:
        if each.remark:
            place = each.version_file.path
            yield Question(
                f"Is {place} about this package's version? Its line is marked: {each.remark}. Where it "
                "is not, take the line out:",
                (f"# without: {version_file_row(each.version_file)}",),
                "file",
            )
    if found.others:
        yield _of_others(found)
    if found.stack is None:
        yield _end_to_end(found)
    if found.leftovers:
        yield _left_behind(found.leftovers)


def _of_branch(repository: RepositoryFacts) -> Iterator[Question]:
    if repository.branches:
        others = joined(repository.branches)
        yield Question(
            f"From which branch is it released? {repository.branch} was taken, which a clone has first; {others} "
            f"{'is' if len(repository.branches) == 1 else 'are'} there too.",
            tuple(f'branch = "{each}"' for each in (repository.branch, *repository.branches)),
        )


def _end_to_end(found: Detected) -> Question:
    asks = "What judges it end to end, from a checkout, with what is installed beside the package alone?"
    if found.end_to_end is None:
        return Question(
            f"{asks} {_HOSTED if found.not_imported else _NOTHING}, or waive the gate for a version:",
            (f'releasegate waive --package {found.name} --version VERSION --gate e2e:staging --reason "..."',),
            "shell",
        )
    suggested, install = found.end_to_end, tuple[str, ...]()
    there = "# below [tool.releasegate.packages.install]:"
    if suggested.extras and found.extras:
        both = replace(suggested, extras=tuple(sorted({*suggested.extras, *found.extras})))
        install = (there.replace("# below", "# instead of the extras below"), both.install)
    elif suggested.install:
        written = bool(found.not_imported or found.extras)
        install = (there, suggested.install) if written else (f"install = {{ {suggested.install} }}",)
    return Question(f"{asks} This one can run: {suggested.reason}.", (suggested.line, *install))


def _of_others(found: Detected) -> Question:
    """Return the question of what states another version and may be about another thing, a row each to paste."""
    rows = [
        f"{version_file_row(each.version_file)}, # line {each.occurrence.line} states {each.occurrence.version}"
        for each in found.others[:_FILES]
    ]
    if len(found.others) > _FILES:
        rows.append(f"# and {len(found.others) - _FILES} more")
    return Question(
        f"Which of these is about {found.name} {found.version}? Correct it, and add its row to version-files; the "
        "others stay as they are.",
        tuple(rows),
        "file",
    )


def _left_behind(leftovers: Sequence[Leftover]) -> Question:
    """Return the question of all lines that hold the version and that no bump follows, by file."""
    files = [(path, list(lines)) for path, lines in groupby(leftovers, key=lambda each: each.path)]
    rows = [f"    {_kept(path, [each.line for each in lines])}" for path, lines in files[:_FILES]]
    if len(files) > _FILES:
        rows.append(f"    # and {len(files) - _FILES} more files: releasegate versions")
    hold = "hold" if len(leftovers) > 1 else "holds"
    return Question(
        f"{counted(len(leftovers), 'line')} {hold} {leftovers[0].version}, and no bump follows: which files are meant "
        "to stay? The others belong into version-files.",
        ("left-behind = [", *rows, "]"),
    )


def _kept(path: PurePosixPath, lines: Sequence[int]) -> str:
    numbers = ", ".join(map(str, lines[:_LINES])) + (", ..." if len(lines) > _LINES else "")
    pattern = tomlkit.item(as_glob(path)).as_string()
    return f'{{ pattern = {pattern}, reason = "..." }}, # {counted(len(lines), "line")}: {numbers}'
