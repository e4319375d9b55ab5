"""``invoke adopt``: hand releasegate over to another repository; what is there already is never replaced."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.version import InvalidVersion, Version

from releasegate.adapters.files import write_atomically
from releasegate.adapters.git.command import Git
from releasegate.core.adopt.detect import detect
from releasegate.core.adopt.table import NOXFILE, TASKS, RepositoryFacts, table
from releasegate.core.ci.workflows import MARK, workflows
from releasegate.core.config.model import ForgeConfig, Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.config.toml_lines import read_toml
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.version_files.kind import utf8

_PROJECT = PurePosixPath("pyproject.toml")
_BUILT = PurePosixPath("PKG-INFO")
_JUNK = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox", "dist", "build"})
_LARGEST = 5 * 2**20
_WEB = re.compile(r"^(https?)://(?:[^@/]+@)?([^/:]+(?::\d+)?)/(.+?)/?$")
_SSH = re.compile(r"^(?:ssh://(?:[^@/]+@)?([^/:]+)(?::\d+)?/|(?:[^@/:]+@)([^/:]+):)(.+?)/?$")
_UNKNOWN = RepositoryFacts("main", "origin", "v", None)
_GITEA = ("gitea", "forgejo", "codeberg")
_OWN = {PurePosixPath("noxfile.py"): NOXFILE, PurePosixPath("tasks.py"): TASKS}
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
    # Git need not know a file for it to be somebody's work.
    paths = {*(tracked or _walked(folder)), *(path for path in (_PROJECT, *_OWN) if _is_there(folder / path))}
    files = {path: content for path in sorted(paths) if (content := _read(folder / path)) is not None}
    if _PROJECT in paths and _PROJECT not in files:
        raise ConfigurationError("pyproject.toml cannot be read.", hint="Make it a readable file")
    notes = [] if tracked else ["This is no Git repository: nox -s build needs one (git init, git add, git commit)."]
    text = _with_table(files, git)
    wanted = {_PROJECT: text}
    if files.get(_BUILT, b"").startswith(b"Metadata-Version:"):
        wanted[_BUILT] = ""
        notes.append(f"{_BUILT} is what a build writes into an archive, which would hold it twice: it is removed")
    for path, own in _OWN.items():
        if path not in paths:
            wanted[path] = own
        elif b"releasegate" not in files.get(path, b""):
            notes.append(f"{path} is there already and was left as it is; add to it: {_ADD[path]}")
    generated, said = _generated(folder, parse_settings(text, where="pyproject.toml"))
    changes = {
        path: ((_read(folder / path) or b"").decode(errors="replace"), new)
        for path, new in {**wanted, **generated}.items()
    }
    changed = {path: pair for path, pair in changes.items() if pair[0] != pair[1]}
    return Proposal(folder, changed, (*notes, *said))


def _with_table(files: Mapping[PurePosixPath, bytes], git: Git) -> str:
    """Return the text of ``pyproject.toml`` with the table at its end; every byte before it is as it was."""
    old = utf8(files.get(_PROJECT, b""), where="pyproject.toml")
    tool = read_toml(old, where="pyproject.toml").values.get("tool")
    if isinstance(tool, dict) and "releasegate" in tool:
        return old
    said = table(detect(files), _repository(git))
    # At the end as text: in the document, tomlkit would put it behind the other tables of tools.
    gap = "" if not old.strip() or old.endswith("\n\n") else "\n" if old.endswith("\n") else "\n\n"
    added = gap + said
    text = old + (added.replace("\n", "\r\n") if "\r\n" in old else added)
    try:
        read_toml(text, where="pyproject.toml")
    except ConfigurationError:
        raise ConfigurationError(
            "pyproject.toml writes tool as an inline table, and no table can be added to that.",
            hint="Write it as tables, [tool.NAME] each",
        ) from None
    return text


def _generated(folder: Path, settings: Settings) -> tuple[dict[PurePosixPath, str], list[str]]:
    """Return the workflows that may be written, and what is to be said of the others."""
    wanted, notes = {}, []
    try:
        generated = workflows(settings)
    except ConfigurationError as error:
        return {}, [f"No workflow: {error.problem} {error.hint}; then invoke workflows"]
    for path, workflow in generated.items():
        if not _is_there(folder / path) or (_read(folder / path) or b"").startswith(MARK.encode()):
            wanted[path] = workflow
        else:
            notes.append(f"{path} is there already and was left as it is; to replace it: invoke workflows --force")
    return wanted, notes


def _tracked(git: Git) -> tuple[PurePosixPath, ...]:
    try:
        listed = git.ask("ls-files", "-z")
    except Refused:
        return ()
    names = listed.stdout.decode(errors="surrogateescape").split("\0")
    return tuple(PurePosixPath(name) for name in names if name)


def _is_there(path: Path) -> bool:
    """Whether anything has that name, a link to nowhere too."""
    return path.is_symlink() or path.exists()


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


def _repository(git: Git) -> RepositoryFacts:
    """Return what Git says; the field's own defaults where it says nothing."""
    try:
        remotes = git.ask("remote").text.splitlines()
    except Refused:
        return _UNKNOWN
    if git.ask("rev-parse", "--show-prefix").text and not _tracked(git):
        return _UNKNOWN  # an archive unpacked inside of another repository
    remote = "origin" if "origin" in remotes or not remotes else remotes[0]
    head = git.ask("symbolic-ref", "--quiet", "--short", f"refs/remotes/{remote}/HEAD").text.removeprefix(f"{remote}/")
    branch = head or git.ask("symbolic-ref", "--quiet", "--short", "HEAD").text or "main"
    tags = git.ask("tag", "--list", "--sort=-creatordate").text.splitlines()
    prefix = next((p for tag in tags if (p := _prefix(tag)) is not None), "v")
    return RepositoryFacts(branch, remote, prefix, _forge(git.ask("remote", "get-url", remote).text))


def _prefix(tag: str) -> str | None:
    """Return what stands before the version in a tag, or ``None`` for a tag of no version."""
    match = re.fullmatch(r"(|.*[^\d.])(\d+\.\d.*)", tag)
    try:
        return None if match is None or not Version(match[2]) else match[1]
    except InvalidVersion:
        return None


def _forge(address: str) -> ForgeConfig | None:
    """Return the forge that a remote's address names; of one reached by SSH the web address is a guess."""
    web, ssh = _WEB.match(address), _SSH.match(address)
    if web is not None:
        scheme, host, path = web.groups()
    elif ssh is not None:
        scheme, host, path = "https", ssh[1] or ssh[2], ssh[3]
    else:
        return None
    host, path = host.lower(), path.removesuffix(".git")
    if path.count("/") != 1:
        return None
    if host in {"github.com", "ssh.github.com"}:
        return ForgeConfig("github", path)
    return ForgeConfig("gitea", path, address=f"{scheme}://{host}") if any(word in host for word in _GITEA) else None
