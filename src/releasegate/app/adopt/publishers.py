"""What an adopted repository's own workflows tell: who else publishes, with which secrets, and with which companion."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

import tomlkit
from packaging.utils import canonicalize_name

from releasegate.adapters.git.command import Git
from releasegate.adapters.git.repository import GitRepository
from releasegate.adapters.plain_file import is_there
from releasegate.app.adopt.repository import read_file
from releasegate.core.adopt.asked.questions import Question
from releasegate.core.adopt.detect import as_glob
from releasegate.core.ci.others.nodes import MARK
from releasegate.core.ci.others.publishers import OtherPublisher, UploadSecrets, other_publishers, upload_secrets
from releasegate.core.ci.others.removal import removals
from releasegate.core.ci.workflows import workflows, written_from
from releasegate.core.config.keys import Settings
from releasegate.core.config.parse import ALIASES
from releasegate.core.errors import ConfigurationError, ReleasegateError

Workflows = Mapping[PurePosixPath, str]

_COMPANION = re.compile(r"\bvars\.([A-Z][A-Z0-9_]*?)_(?:TESTPYPI|PYPI|RELEASE)_VERSION\b")


def workflows_of(git: Git) -> Workflows:
    """Return the forges' YAML files of the commit that is checked out; none where there is no commit."""
    repository = GitRepository(git.root, git.environ)
    with suppress(ReleasegateError):
        return repository.workflows(repository.head())
    return {}


def index_tables(files: Workflows) -> str:
    """Return the tables of the indexes that a workflow uploads to with a secret of its own name; empty for none."""
    found: dict[str, UploadSecrets] = {}
    for each in upload_secrets(files):
        if each.index in ALIASES and each.token:
            found.setdefault(each.index, each)
    return "".join(_table(name, secret) for name, secret in found.items())


def _table(name: str, secret: UploadSecrets) -> str:
    token = tomlkit.item(secret.token).as_string()
    return (
        f"\n[tool.releasegate.indexes.{name}]\n"
        f"token-env = {token} # the secret that {secret.path}:{secret.line} uploads with\n"
        "trusted = false # true, once the index knows this repository as a publisher\n"
    )


def asked(files: Workflows, settings: Settings) -> Iterator[Question]:
    """Yield what is to be removed before a release, and what the workflows' own variables and secrets may mean."""
    ours = [package for package in settings.packages if ".." not in package.path.parts]
    found = other_publishers(files, ours, exempt=settings.other_uploads)
    if found:
        yield Question(
            "Only one may publish a number, and these upload when a release starts them; nothing is tagged while one "
            "is there. Which are to be removed? Those that upload another package, or to another index, are named in "
            "[tool.releasegate] instead, all in one list:",
            tuple(_removed(found, files)),
            "file",
        )
    yield from _companions(files, settings)


def _removed(found: Sequence[OtherPublisher], files: Workflows) -> Iterator[str]:
    paths, lines = tuple(dict.fromkeys(each.path for each in found)), removals(found, files)
    for path in paths:
        yield from (f"# {each}" for each in found if each.path == path)
        if path in lines:
            yield lines[path]
    for n, path in enumerate(paths):
        row = tomlkit.inline_table()
        row.update({"pattern": as_glob(path), "reason": "it uploads another package"})
        yield f"{'other-uploads = [' if not n else '    '}{row.as_string()}{',' if path != paths[-1] else ']'}"


def _companions(files: Workflows, settings: Settings) -> Iterator[Question]:
    """Yield what is asked of the variables that name other packages' versions, which is how companions are named."""
    own = {package.name for package in settings.packages}
    text = "\n".join(each for each in files.values() if not each.startswith(MARK))
    found = dict.fromkeys(canonicalize_name(each) for each in _COMPANION.findall(text))
    names = [name for name in found if name not in own]
    if not names:
        return
    whose = "that package's version" if len(names) == 1 else "those packages' versions"
    yield Question(
        f"Does it call {' and '.join(names)} when it runs? The workflows have variables for {whose}, which are "
        f"read for a companion. Then take {' and '.join(names)} into this table too, from this repository, with this "
        "one beside; what both need is asked then:",
        tuple(map(take_in, names)),
        "shell",
    )


def take_in(name: str) -> str:
    """Return the line that takes the package of a repository beside this one into the table here."""
    return f"releasegate adopt ../{name} --table ."


def called_in(files: Workflows) -> frozenset[str]:
    """Return the packages that the forges' workflows have variables for."""
    text = "\n".join(each for each in files.values() if not each.startswith(MARK))
    return frozenset(canonicalize_name(each) for each in _COMPANION.findall(text))


def notes_on_secrets(files: Workflows) -> Iterator[str]:
    """Yield what becomes of the user names that the workflows upload with."""
    names = dict.fromkeys(each.username for each in upload_secrets(files) if each.username)
    if names:
        yield f"The secrets {', '.join(names)} are not read: a token's user is __token__; write another as username"


def generated(home: Path, settings: Settings, *, top: Path | None) -> tuple[dict[PurePosixPath, str], list[Question]]:
    """Return the workflows that may be written, by their paths from *home*, and what is asked of the others."""
    wanted: dict[PurePosixPath, str] = {}
    questions = []
    top = (top or home).resolve()
    folder = PurePosixPath(os.path.relpath(home.resolve(), top).replace(os.sep, "/"))
    if settings.packages and not settings.ci.setup and any(p.forge is not None for p in settings.packages):
        return {}, [VENDOR]
    try:
        made = workflows(settings, folder)
    except ConfigurationError as error:
        said = f"No workflow was written: {error.problem} {error.hint}. Then:"
        line = ("releasegate workflows",) if settings.ci.setup else VENDOR.answers
        return {}, [Question(said, line, "shell")]
    for path, workflow in made.items():
        if not is_there(top / path) or _is_ours(read_file(top / path) or b"", folder):
            wanted[PurePosixPath(os.path.relpath(top / path, home.resolve()).replace(os.sep, "/"))] = workflow
        else:
            said = f"{path} is there already and was left as it is; shall it be replaced?"
            questions.append(Question(said, ("releasegate workflows --force",), "shell"))
    return wanted, questions


VENDOR = Question(
    "How does a runner get releasegate? Nothing says so, and no workflow is written without. This puts the releasegate "
    "that runs, and all that it needs, each file by its hash, into ci/releasegate, and writes setup and the workflow:",
    ("releasegate workflows --vendor",),
    "shell",
)


def _is_ours(content: bytes, folder: PurePosixPath) -> bool:
    """Whether a workflow was written by releasegate, and from the table in *folder*."""
    text = content.decode(errors="replace")
    return text.startswith(MARK) and written_from(text) == folder
