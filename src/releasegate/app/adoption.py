"""``invoke adopt``: hand releasegate over to another repository; what is there already is never replaced."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.version import InvalidVersion, Version

from releasegate.adapters.files import write_atomically
from releasegate.adapters.gitcommand import Git
from releasegate.core.adoption import look
from releasegate.core.adoption_table import NOXFILE, TASKS, Repository, table
from releasegate.core.config import ForgeConfig
from releasegate.core.configuration import parse_settings
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.workflows import MARK, workflows

_PROJECT = PurePosixPath("pyproject.toml")
_BUILT = PurePosixPath("PKG-INFO")
_JUNK = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox", "dist", "build"})
_LARGEST = 5 * 2**20
_ADDRESS = re.compile(r"^(?:https?://(?:[^@/]+@)?|ssh://(?:[^@/]+@)?|[^@/:]+@)([^/:]+)(?::\d+)?[/:](.+?)/?$")
_GITEA = ("gitea", "forgejo", "codeberg")
_ADD = {
    PurePosixPath("noxfile.py"): 'from releasegate.frontends.nox import sessions; sessions(prefix="release-")',
    PurePosixPath("tasks.py"): "from releasegate.frontends.invoke import ns",
}


@dataclass(frozen=True)
class Proposal:
    """The old and the new text of every file that would change, by path; a file without a new text is removed.

    ``notes`` say what is left to a person.
    """

    folder: Path
    files: Mapping[PurePosixPath, tuple[str, str]]
    notes: tuple[str, ...]

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

    Raises:
        ConfigurationError: there is nothing that could be adopted; what to do is said.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder.", hint="Name the folder of the repository")
    git = Git(folder, environ)
    tracked = _tracked(git)
    files = {path: content for path in tracked or _walked(folder) if (content := _read(folder / path)) is not None}
    notes = [] if tracked else ["This is no Git repository: nox -s build needs one (git init, git add, git commit)."]
    old = files.get(_PROJECT, b"").decode(errors="replace")
    if re.search(r"^\s*\[+tool\.releasegate\b", old, re.MULTILINE):
        text = old
    else:
        said = table(look(files), _repository(git))
        text = f"{old.rstrip()}\n\n{said}" if old.strip() else said
    settings = parse_settings(text, where="pyproject.toml")
    wanted = {_PROJECT: text}
    if files.get(_BUILT, b"").startswith(b"Metadata-Version:"):
        wanted[_BUILT] = ""
        notes.append(f"{_BUILT} is what a build writes into an archive, which would hold it twice: it is removed")
    for path, own in ((PurePosixPath("noxfile.py"), NOXFILE), (PurePosixPath("tasks.py"), TASKS)):
        if path not in files:
            wanted[path] = own
        elif b"releasegate" not in files[path]:
            notes.append(f"{path} is there already and was left as it is; add to it: {_ADD[path]}")
    try:
        generated = workflows(settings)
    except ConfigurationError as error:
        notes.append(f"No workflow: {error.problem} {error.hint}; then invoke workflows")
        generated = {}
    for path, workflow in generated.items():
        held = _read(folder / path)
        if held is None or held.decode(errors="replace").startswith(MARK):
            wanted[path] = workflow
        else:
            notes.append(f"{path} is there already and was left as it is; to replace it: invoke workflows --force")
    changes = {path: ((_read(folder / path) or b"").decode(errors="replace"), text) for path, text in wanted.items()}
    return Proposal(folder, {path: pair for path, pair in changes.items() if pair[0] != pair[1]}, tuple(notes))


def _tracked(git: Git) -> tuple[PurePosixPath, ...]:
    try:
        listed = git.ask("ls-files", "-z")
    except Refused:
        return ()
    names = listed.stdout.decode(errors="surrogateescape").split("\0")
    return tuple(PurePosixPath(name) for name in names if name)


def _walked(folder: Path) -> Iterator[PurePosixPath]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not _JUNK & set(inside.parts):
            yield PurePosixPath(inside.as_posix())


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def _repository(git: Git) -> Repository:
    """Return what Git says; the field's own defaults where it says nothing."""
    try:
        remotes = git.ask("remote").text.splitlines()
    except Refused:
        return Repository("main", "origin", "v", None)
    remote = "origin" if "origin" in remotes or not remotes else remotes[0]
    head = git.ask("symbolic-ref", "--quiet", "--short", f"refs/remotes/{remote}/HEAD").text.removeprefix(f"{remote}/")
    branch = head or git.ask("symbolic-ref", "--quiet", "--short", "HEAD").text or "main"
    tags = git.ask("tag", "--list", "--sort=-creatordate").text.splitlines()
    prefix = next((p for tag in tags if (p := _prefix(tag)) is not None), "v")
    return Repository(branch, remote, prefix, _forge(git.ask("remote", "get-url", remote).text))


def _prefix(tag: str) -> str | None:
    """Return what stands before the version in a tag, or ``None`` for a tag of no version."""
    match = re.fullmatch(r"(|.*[^\d.])(\d+\.\d.*)", tag)
    try:
        return None if match is None or not Version(match[2]) else match[1]
    except InvalidVersion:
        return None


def _forge(address: str) -> ForgeConfig | None:
    match = _ADDRESS.match(address)
    if match is None:
        return None
    host, path = match[1].lower(), match[2].removesuffix(".git")
    if path.count("/") != 1:
        return None
    if host == "github.com":
        return ForgeConfig("github", path)
    return ForgeConfig("gitea", path, address=f"https://{host}") if any(word in host for word in _GITEA) else None
