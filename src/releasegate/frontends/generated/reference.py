"""The reference as Markdown, written from the code.

``python -m releasegate.frontends.generated.reference > docs/reference.md`` writes the page anew.
"""

from __future__ import annotations

import inspect
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import get_args

from packaging.version import Version

from releasegate.adapters.package_data import package_folder
from releasegate.app.project import STATE, Project
from releasegate.app.workspace import Workspace
from releasegate.core import errors
from releasegate.core.config.keys import Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.config.reference import render_reference
from releasegate.core.release.companion import variables
from releasegate.core.release.entry import Entry, EntryEvent
from releasegate.core.report.markdown_text import table
from releasegate.frontends.generated.reference_stacks import CHECKS, stacks
from releasegate.frontends.invoke import ns
from releasegate.frontends.options import GATES, LETTERS
from releasegate.pipelines import PIPELINES, bind
from releasegate.steps.release import Release
from releasegate.steps.step import Kind, Step

INTRODUCTION = """\
# Reference

This page is written by `python -m releasegate.frontends.generated.reference` from the code that it describes; a test
compares the two. What to do with it is in [how-to.md](how-to.md).

- [Commands](#commands), [sessions](#sessions) and [the command `releasegate`](#the-command-releasegate)
- [Verdicts and exit codes](#verdicts-and-exit-codes)
- [Pipelines](#pipelines)
- [Environment variables](#environment-variables)
- [The record](#the-record)
- [Configuration](#configuration)
- [Stacks](#stacks), and [the keys of their files](#files-of-a-stack)
"""
SESSIONS = """\
# Sessions

A session runs one gate for every package, outside of any release: `nox -s SESSION -- OPTIONS`, and with `--help` it
says what it takes. It uploads nothing and tags nothing. A package that fails keeps no other from being judged.
"""
SESSION_NOTES = """\
`e2e` runs the matrix of `[tool.releasegate.stack]`; an option that may be given twice replaces a dimension of it, and
each dimension of the [stack](#stacks) is an option, too.
`--path` means something else there than in the other sessions, where it needs `--package` if there are several.

`sessions(prefix="...")` puts a prefix before the four names, for a repository that has sessions of these names.
"""
COMMAND = """\
# The command `releasegate`

`releasegate` (also `python -m releasegate`) is the tasks and the sessions in one command, with the same options:
`releasegate status`, `releasegate e2e --source testpypi`. It loads no `tasks.py` and no `noxfile.py`, so it runs where
there are none, or where they may not be trusted (the job that publishes). `install-check` is also `install_check`, and
`releasegate adopt` takes the folder as a word, the current one if there is none. `releasegate COMMAND --help` shows an
example. Of invoke's own options it has `--help`, `--list` and `--version`; `--dry` is refused everywhere, because it
would leave nothing out: `--plan` prints what would run.

Every line to paste that is printed names the program that was typed: `releasegate`, or invoke's tasks and Nox's
sessions where the text of the repository's own `tasks.py` or `noxfile.py` shows that they are there, by their names
there; where it does not show it, `releasegate`.
"""
END_TO_END = """\
# Environment variables

The command of `end-to-end` runs from a clean checkout of the released commit, while the companions' services listen on
loopback. It is given these variables; the ones about companions are there only if the package has some. `<NAME>` is a
companion's name in upper case with `_` for `-`; where there are several, the variables without a name are those of the
first. The service of a companion is told the same of its own companions that run beside it.

| variable | what it holds |
| --- | --- |
| `RELEASEGATE_PACKAGE` | the package's name |
| `RELEASEGATE_VERSION` | the version that is judged |
| `RELEASEGATE_SOURCE` | where it was installed from: an index's name, `dist` or `local` |
| `RELEASEGATE_PYTHON` | the interpreter of the environment in which it is installed |
| `RELEASEGATE_COMPANION_NAME` | the companion's name |
| `RELEASEGATE_COMPANION_VERSION` | the companion's version |
| `RELEASEGATE_COMPANION_SOURCE` | where the companion was installed from |
| `RELEASEGATE_COMPANION_URL` | where the companion's service answers |
| `RELEASEGATE_COMPANIONS` | the names of all companions, with spaces between them |
| `RELEASEGATE_COMPANION_<NAME>_VERSION` | the version of the companion of that name |
| `RELEASEGATE_COMPANION_<NAME>_SOURCE` | where it was installed from |
| `RELEASEGATE_COMPANION_<NAME>_URL` | where its service answers |

`PYTHONSAFEPATH` is set to `1`: the installed package is judged, never the checkout.

"""
READS = """\
Releasegate itself reads the token variables of the indexes (`TESTPYPI_TOKEN` and `PYPI_TOKEN`, or what `token-env`
says; else it asks at a terminal, but not where `CI` is set) and those that name a companion's version. For a package
called `NAME` (upper case, `-` and `.` as `_`) the version is the first that is named by:
"""
CHOICE_END = """\
A staging or production index with a name of its own has a variable of its own, `<NAME>_<INDEX>_VERSION`, which is
read before the one above.

`RELEASEGATE_SHARED` names folders, with `:` between them, that foreign code may use although they lie in your home
folder: what is shown of it otherwise is in
[how to keep tokens from foreign code](how-to.md#keep-tokens-from-foreign-code).

The forge's token is read from `FORGE_TOKEN`, or from what `token-env` of `forge` says. On a CI runner, which GitHub's
and Gitea's Actions mark by `GITHUB_ACTIONS=true`, the event is read from `GITHUB_EVENT_NAME`, `GITHUB_EVENT_PATH`,
`GITHUB_REF`, `GITHUB_SHA`, `GITHUB_REPOSITORY`, `GITHUB_SERVER_URL`, `GITHUB_RUN_ID` and `GITHUB_ACTOR`, and the
forge's token is handed to Git for that server.
"""
RECORD = f"""\
# The record

Each version has a record, `{STATE}/ledger/<package>/<version>.jsonl`, beside the `pyproject.toml` that holds the
configuration. One line is one JSON object, in the order in which things happened; lines are only ever added. A line
that a killed run left torn is passed over. No entry holds a token.
"""
EVIDENCE = """\
Evidence counts only for its subject: once the commit or the bytes are others, the step runs again. A version counts as
consumed from the `started` entry of its first `one-way` step. The record is closed by the `done` entry of the step
`seal`; after it nothing of the version runs again, unless something newer takes the proof back: a red verdict on the
same bytes, or a `revoked` entry.

The record travels as Git notes on the version's commit, below `refs/notes/releasegate/<package>`: each line has
`package` and `version` beside the keys above. `receipt.jsonl` on a forge release is the same. A line with `signs` and
`signature` signs entries of that `package`, `version` and `commit`, each named by its sha256. What other machines said
is kept apart, in `.releasegate/ledger/<package>/heard`. `seal.intoto.json` and `candidate-seal.intoto.json` beside the
receipt are the seals as in-toto statements (`https://in-toto.io/Statement/v1`) with the predicate
`https://slsa.dev/verification_summary/v1`.

Beside `ledger` there are `dist` (builds with their `manifest.json`), `fetched` (files fetched from indexes), `tmp` and
`rehearsal`. The folder hides itself from Git.
"""
VERDICTS = """\
`releasegate` ends so for everything, its own arguments included; a command about several packages ends with the lowest
of their codes. Where whoever reads the output stops (`| head`), a command ends with 6: in silence, but for a release
and a rehearsal, which it cuts short. A task under `invoke` ends so too, but invoke itself ends with 1 for a task or an
option that it does not know, before any task could speak. Nox ends with 1 where a session failed, with 2 for its own
arguments, and with 3 for a session that it does not know; the error is printed in the session.

A run shows two verdicts more: `known` for a step that passed before on the same subject, and `waived` for one that did
not pass and that a person took on with `invoke waive`.
"""
PIPELINE_WORDS = """\
# Pipelines

A `guard` is asked again in every run. `work` is remembered for its subject. A `one-way` step cannot be taken back: it
is confirmed first, and from its start the version is consumed. A step whose result is already there is not run.
"""
SHOWN = {
    "rc": ("1.1.0rc1", "1.1.0rc1"),
    "final": ("1.1.0", "1.1.0rc1"),
    "post": ("1.1.0.post1", "1.1.0.post1.dev1"),
}
"""Each pipeline's example: the version, and the candidate that it is proven as."""
MEANINGS = {
    "releasegate": "the version of releasegate that wrote the entry",
    "at": "when, UTC in ISO 8601",
    "run": "the run that wrote the entry, the same for all of a run; `ci-`, the forge's number and more for one of CI",
    "step": "the step's key, as in the pipelines above",
    "subject": "what the evidence is about: a commit, or the sha256 hashes of a build; may be empty",
    "line": "the line that the plan and the run print for the step",
    "verdict": "`pass`, or why not: see the verdicts",
    "evidence": "what was found or done: file names with their sha256, versions, indexes, hosts, seconds",
}


def render() -> str:
    """Return the whole of ``docs/reference.md``."""
    with tempfile.TemporaryDirectory() as folder:
        pipelines = list(_pipelines(Path(folder)))
    parts = (
        INTRODUCTION,
        *_commands(),
        SESSIONS,
        *_sessions(),
        COMMAND,
        *_exit_codes(),
        *pipelines,
        END_TO_END,
        CHECKS,
        READS,
        *_companion_variables(),
        RECORD,
        *_entry(),
        EVIDENCE,
        "# Configuration\n",
        render_reference(Settings),
        *stacks(),
    )
    # The page has one title: every other heading goes one level down.
    title, *rest = "\n".join(parts).rstrip().split("\n")
    return "\n".join([title, *(f"#{line}" if line.startswith("#") else line for line in rest), ""])


def _commands() -> Iterator[str]:
    yield "# Commands\n"
    for task in (ns[name] for name in ns.task_names):
        words, _, example = (inspect.getdoc(task) or "").partition("Example: ")
        line = " ".join(example.replace("\\\n", " ").split())
        yield f"## `invoke {task.name}`\n\n{words}Example: `{line}`\n"
        known = list(inspect.signature(task.body).parameters.values())[1:]
        yield _table(("option", "meaning"), [(_typed(each), task.help[each.name.rstrip("_")]) for each in known])


def _typed(option: inspect.Parameter) -> str:
    """Return an option of a task as it is typed: what holds unless it is denied, and its letter if it has one."""
    flag = f"--{'no-' if option.default is True else ''}{option.name.rstrip('_').replace('_', '-')}"
    return f"`{flag}, -{LETTERS[option.name]}`" if option.name in LETTERS else f"`{flag}`"


def _sessions() -> Iterator[str]:
    for gate in GATES:
        yield f"## `nox -s {gate.name}`\n\n{gate.title}\n\nExample: `nox -s {gate.name} -- {gate.example}`\n"
        yield _table(("option", "meaning"), [(f"`{each.usage}`", each.meaning) for each in gate.options])
    yield SESSION_NOTES


def _exit_codes() -> Iterator[str]:
    yield "# Verdicts and exit codes\n"
    classes = [each for _, each in inspect.getmembers(errors, inspect.isclass)]
    kinds = [each for each in classes if issubclass(each, errors.ReleasegateError)]
    told = sorted((each for each in kinds if each is not errors.ReleasegateError), key=lambda each: each.exit_code)
    rows = [(f"`{e.exit_code}`", f"`{e.verdict}`", f"`{e.__name__}`", _meaning(e)) for e in told]
    ends = [("`0`", "`pass`", "", "Everything that was asked for holds.")]
    yield _table(("exit code", "verdict", "error", "meaning"), [*ends, *rows])
    yield VERDICTS


def _pipelines(folder: Path) -> Iterator[str]:
    yield PIPELINE_WORDS
    bound = {name: _bound(folder, name, version=v, candidate=c) for name, (v, c) in SHOWN.items()}
    steps = {step.key: step for each in bound.values() for step in each}
    rows = [
        (f"`{key}`", Kind(step.kind).value, "yes" if step.waivable else "no", _meaning(type(step)))
        for key, step in steps.items()
    ]
    yield _table(("step", "kind", "waivable", "what it makes true"), rows)
    for name, (version, _) in SHOWN.items():
        yield f"## The pipeline `{name}`, as of `harbor-plugin {version}`\n"
        lines = [(f"`{s.key}`", str(s.release.version), s.describe()) for s in bound[name]]
        yield _table(("step", "version", "what the plan and the run print"), lines)


def _bound(folder: Path, pipeline: str, *, version: str, candidate: str) -> Sequence[Step]:
    text = (package_folder("examples") / "pyproject.toml").read_text(encoding="utf-8")
    settings = parse_settings(text, where="examples/pyproject.toml")
    workspace = Workspace(Project(folder, settings, {}), lambda _: None)
    package = settings.packages[-1]
    return bind(PIPELINES[pipeline], Release(package, Version(version), Version(candidate), workspace.run_context()))


def _companion_variables() -> Iterator[str]:
    names = dict.fromkeys(
        name
        for purpose, index in (("staging", "testpypi"), ("production", "pypi"))
        for name in variables("name", purpose=purpose, index=index)  # type: ignore[arg-type]
    )
    when = {"TESTPYPI": "for a candidate", "PYPI": "for a final or a post", "RELEASE": "for all of them"}
    shown = [(f"`{n.replace('NAME', '<NAME>')}`", when[n.split("_")[1]]) for n in names]
    stages, release = ([row for row in shown if ("RELEASE" in row[0]) is last] for last in (False, True))
    hand = [("`--companion`", "by hand; of several companions `--companion NAME=VERSION`")]
    rest = [
        ("the companion's newest sealed version", "as the records here have it; for a final only finals and posts"),
        ("what the candidate was proven with", "for a final, where the lines above and below name nothing newer"),
        ("`companion.default`", "the configuration"),
    ]
    rows = [*hand, *stages, *release, *rest]
    yield _table(("who says it", "when"), rows)
    yield CHOICE_END


def _entry() -> Iterator[str]:
    events = ", ".join(f"`{event}`" for event in get_args(EntryEvent))
    kinds = ", ".join(f"`{kind.value}`" for kind in Kind)
    meanings = {**MEANINGS, "event": f"one of {events}", "kind": f"the step's kind: one of {kinds}"}
    yield _table(("key", "meaning"), [(f"`{field.name}`", meanings[field.name]) for field in fields(Entry)])


def _meaning(described: type) -> str:
    return (inspect.getdoc(described) or "").partition("\n\n")[0].replace("\n", " ")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(table(heads, rows))


if __name__ == "__main__":
    sys.stdout.write(render())
