"""The ports, in memory: each computes what it answers from what it was given, as the real one would."""

# ruff: noqa: D102 - the ports describe the methods

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from archives import sdist, tracked, wheel, wheel_files
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from releasegate.core.config.keys import Package
from releasegate.core.dists.archive import Members
from releasegate.core.dists.manifest import Artifact, Manifest
from releasegate.core.dists.version_text import Source
from releasegate.core.errors import Refused, ReleasegateError, Unavailable
from releasegate.core.evidence.belief import CiOutcome
from releasegate.core.release.entry import Entry, entry_from_json
from releasegate.core.release.versions import parse_version
from releasegate.ports import (
    BranchTakes,
    CiRun,
    ForgeRelease,
    IndexFile,
    LockAnswer,
    MirrorStanding,
    Progress,
    PushAnswer,
    Tool,
    TrialBuild,
    UploadAnswer,
)


def _read(version: Version | str) -> Version:
    return version if isinstance(version, Version) else Version(version)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stamped(archive: Members, *, stamp: int) -> bytes:
    """Pack an archive; equal files packed with another *stamp* are other bytes."""
    stream = io.BytesIO()
    if not archive.folder:
        with zipfile.ZipFile(stream, "w") as zipped:
            for path, data in archive.items():
                zipped.writestr(zipfile.ZipInfo(path, (1980 + stamp, 1, 1, 0, 0, 0)), data)
        return stream.getvalue()
    with tarfile.open(fileobj=stream, mode="w") as tarred:
        for path, data in archive.items():
            info = tarfile.TarInfo(f"{archive.folder}/{path}")
            info.size, info.mtime = len(data), stamp
            tarred.addfile(info, io.BytesIO(data))
    return gzip.compress(stream.getvalue(), mtime=stamp)


def wheel_of(version: str, **more: bytes) -> bytes:
    """Return the bytes of a wheel of the sample package."""
    files = {**wheel_files(tracked(version), version=version), **more}
    return stamped(wheel(files, version=version), stamp=0)


@dataclass
class FakeRepository:
    """A repository and its history; commits are trees, and the newest one is checked out."""

    commits: dict[str, dict[str, bytes]]
    on: str | None = "develop"
    work: dict[str, bytes | None] = field(default_factory=dict)
    local: dict[str, str] = field(default_factory=dict)
    remote: dict[str, str] = field(default_factory=dict)
    pushed: list[tuple[str | None, str | None]] = field(default_factory=list)
    standings: list[MirrorStanding] = field(default_factory=lambda: ["level"])
    strayed: set[str] = field(default_factory=set)
    plain: frozenset[PurePosixPath] = frozenset()
    answer: PushAnswer = field(default_factory=PushAnswer)
    withdrawn: list[tuple[str, str, str | None]] = field(default_factory=list)
    ahead: set[str] = field(default_factory=set)
    modules: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    nobody: Unavailable | None = None
    begun: str = ""
    branches: frozenset[str] = frozenset({"develop"})
    remotes: frozenset[str] = frozenset({"origin"})
    holders: dict[str, str] = field(default_factory=dict)

    def unfinished(self) -> str:
        return self.begun

    def has_branch(self, name: str) -> bool:
        return name in self.branches

    def holder(self, name: str) -> str:
        return self.holders.get(name, "")

    def has_remote(self) -> bool:
        return "origin" in self.remotes

    def head(self) -> str:
        return list(self.commits)[-1]

    def branch(self) -> str | None:
        return self.on

    def committer(self) -> str:
        if self.nobody is not None:
            raise self.nobody
        return "Ann"

    def changed(self, *, beside: Sequence[PurePosixPath] = ()) -> tuple[PurePosixPath, ...]:
        now = self.commits[self.head()]
        looked = {path for path in self.work if not path.startswith("../") or PurePosixPath(path) in beside}
        return tuple(PurePosixPath(path) for path in sorted(looked) if now.get(path) != self.work[path])

    def read(self, path: PurePosixPath, *, commit: str | None = None) -> bytes | None:
        if commit is None and str(path) in self.work:
            return self.work[str(path)]
        name, _, back = (commit or self.head()).partition("~")
        known = list(self.commits)
        at = known.index(name) - int(back or 0)
        if at < 0:
            raise Refused(f"There is no commit {commit}.", hint="Name another")
        return self.commits[known[at]].get(str(path))

    def names(self, folder: PurePosixPath, *, commit: str) -> tuple[PurePosixPath, ...]:
        held = (PurePosixPath(path) for path in self.commits[commit])
        return tuple(path for path in held if path.parent == folder)

    def executables(self, paths: Sequence[PurePosixPath], *, commit: str) -> frozenset[PurePosixPath]:
        return frozenset(path for path in paths if str(path) in self.commits[commit]) - self.plain

    def subjects(self, commit: str, *, since: str | None) -> tuple[str, ...]:
        known = list(self.commits)
        after = known[known.index(since) + 1 if since is not None else 0 : known.index(commit) + 1]
        return tuple(self.messages.get(each, "first") for each in reversed(after))

    def read_all(self, paths: Sequence[PurePosixPath], *, commit: str) -> Mapping[PurePosixPath, bytes | None]:
        return {path: self.read(path, commit=commit) for path in paths}

    def tags(self) -> Mapping[str, str]:
        return {**self.remote, **self.local}

    def tagged(self, name: str) -> str | None:
        return self.local.get(name)

    def tagged_there(self, name: str) -> str | None:
        return self.remote.get(name)

    def lines(self, pattern: str, *, commit: str | None = None) -> tuple[tuple[PurePosixPath, int, str], ...]:
        tree = {**self.commits[commit or self.head()], **({} if commit else self.work)}
        lines = [(path, (data or b"").decode(errors="replace").split("\n")) for path, data in tree.items()]
        return tuple(
            (PurePosixPath(path), number, line)
            for path, found in lines
            for number, line in enumerate(found, start=1)
            if re.search(pattern, line)
        )

    def tags_before(self, commit: str) -> Mapping[str, str]:
        known = list(self.commits)
        before = known[: known.index(commit) + 1]
        return {name: each for name, each in self.local.items() if each in before}

    def on_branch(self, commit: str, accepted: Callable[[str], bool]) -> bool:
        return commit not in self.strayed and accepted("develop")

    def source(self, commit: str) -> Source:
        return Source(commit, "2026-11-26")

    def submodules(self, commit: str) -> Mapping[str, str]:  # noqa: ARG002
        return self.modules

    def tree(self, commit: str) -> Mapping[str, bytes]:
        return self.commits[commit]

    def workflows(self, commit: str) -> Mapping[PurePosixPath, str]:
        return {PurePosixPath(path): data.decode(errors="replace") for path, data in self.commits[commit].items()}

    def commit(self, files: Mapping[PurePosixPath, bytes], *, message: str) -> str:
        tree = {**self.commits[self.head()], **{str(path): data for path, data in files.items()}}
        name = sha256(f"{len(self.commits)} {message}".encode())[:40]
        self.commits[name] = tree
        self.messages[name] = message
        return name

    def tag(self, name: str, *, commit: str) -> None:
        if self.tags().get(name, commit) != commit:
            raise Refused(f"{name} names another commit.", hint="Use the next version")
        self.local[name] = commit

    def push(self, *, branch: str | None, tag: str | None) -> PushAnswer:
        about = {"": {"behind", "branch", "hook", "tag"}, branch: {"behind", "branch", "hook"}, tag: {"hook", "tag"}}
        only = "" if branch and tag else branch or tag
        if self.answer.refused in about[only]:
            return self.answer
        self.pushed.append((branch, tag))
        if tag is not None:
            self.remote[tag] = self.local[tag]
        return PushAnswer()

    def mirrored(self, branch: str, commit: str) -> MirrorStanding:  # noqa: ARG002
        return self.standings.pop(0) if len(self.standings) > 1 else self.standings[0]

    def withdraw(self, *, branch: str, tag: str, message: str, keep: str | None) -> None:
        self.local.pop(tag, None)
        self.withdrawn.append((branch, message, keep))
        self.commits.popitem()

    def lacks(self, branch: str) -> bool:
        return branch in self.ahead


@dataclass
class FakeBuilds:
    """Builds ``sample-app`` by hand from a commit's tree; ``stamp`` makes the bytes others, not the files."""

    folder: Path
    repository: FakeRepository
    stamp: int = 0
    kept: dict[Version, Manifest] = field(default_factory=dict)
    remade: dict[tuple[str, Version], dict[str, bytes]] = field(default_factory=dict)
    spoil: Callable[[Members], Members] = lambda members: members
    asked: Callable[[str], tuple[LockAnswer, ...]] = lambda _: ()

    def locks(self, package: Package, *, version: Version, commit: str) -> tuple[LockAnswer, ...]:
        return self.asked(f"{package.name} {version} {commit}")

    def build(self, package: Package, *, version: Version, commit: str, progress: Progress) -> Manifest:
        progress(f"building {package.name} {version}")
        files = self._files(self.repository.tree(commit), version)
        self.remade[package.name, version] = {name: data for name, data in files.items() if name.endswith(".whl")}
        artifacts = tuple(Artifact(name, len(data), sha256(data)) for name, data in files.items())
        manifest = Manifest(package.name, str(version), commit, 0, artifacts, {"backend": "by hand"})
        self.adopt(manifest, files)
        return manifest

    def trial(
        self,
        package: Package,
        *,
        version: Version,
        commit: str,
        files: Mapping[PurePosixPath, bytes],
        progress: Progress,
    ) -> TrialBuild:
        progress(f"trying {package.name} {version}")
        tree = {**self.repository.tree(commit), **{str(p): data for p, data in files.items()}}
        return TrialBuild(self._files(tree, version), Source("f" * 40, "2026-11-27"))

    def _files(self, tree: Mapping[str, bytes], version: Version) -> dict[str, bytes]:
        built = self.spoil(wheel(wheel_files(tree, version=str(version)), version=str(version)))
        return {m.filename: stamped(m, stamp=self.stamp) for m in (built, sdist(tree, version=str(version)))}

    def find(self, package: Package, version: Version | str) -> Manifest | None:
        manifest = self.kept.get(_read(version))
        return manifest if manifest is not None and manifest.name == package.name else None

    def path(self, package: Package, version: Version | str, artifact: Artifact) -> Path:
        return self.folder / package.name / str(version) / artifact.filename

    def rebuilt(self, package: Package, version: Version | str) -> Mapping[str, bytes]:
        return self.remade[package.name, _read(version)]

    def adopt(self, manifest: Manifest, files: Mapping[str, bytes]) -> None:
        home = self.folder / manifest.name / manifest.version
        home.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (home / name).write_bytes(data)
        self.kept[Version(manifest.version)] = manifest


@dataclass
class FakeClock:
    """A clock that moves only while somebody sleeps."""

    passed: float = 0.0

    def now(self) -> str:
        return self.at(self.passed).isoformat(timespec="microseconds")

    def at(self, passed: float) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=passed)

    def elapsed(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


@dataclass(frozen=True)
class Held:
    """A file on an index, and the moment from which it shows."""

    filename: str
    content: bytes
    version: str | None
    yanked: bool = False
    since: float = 0.0


@dataclass(frozen=True)
class Mishap:
    """What becomes of one upload instead: it fails, and the file may be stored although the answer says otherwise."""

    status: int | None
    stores: bool = False
    reason: str = ""


@dataclass
class FakeIndex:
    """An index that keeps bytes, shows them after ``lag`` seconds, and to installers ``cache`` seconds later.

    ``beside`` is the core metadata that it serves beside a file; ``misread``, ``damaged`` and ``stumbles`` are what
    the next looks at its page, the next readers of a file, and the next installers get instead (one each).
    """

    name: str
    clock: FakeClock
    lag: float = 0.0
    cache: float = 0.0
    hashes: bool = True
    held: list[Held] = field(default_factory=list)
    mishaps: list[Mishap] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    proxied: dict[str, bytes] = field(default_factory=dict)
    swapped: dict[str, bytes] = field(default_factory=dict)
    token: str = "A_TOKEN"
    away: bool = False
    beside: dict[str, bytes] = field(default_factory=dict)
    misread: list[Mapping[str, bytes]] = field(default_factory=list)
    stumbles: list[Mapping[str, str] | ReleasegateError] = field(default_factory=list)
    damaged: list[bytes] = field(default_factory=list)
    patience: list[float] = field(default_factory=list)
    ahead: float | None = 0.0

    @property
    def simple_url(self) -> str:
        return f"https://{self.name}.test/simple"

    def put(self, filename: str, content: bytes, *, version: str | None = None, yanked: bool = False) -> None:
        self.held.append(Held(filename, content, version or _version(filename), yanked, self.clock.passed + self.lag))

    def credential(self) -> str:
        if not self.token:
            raise Refused(f"No token for {self.name}.", hint="Set A_TOKEN")
        return f"{self.token} is set"

    def moment(self) -> str | None:
        passed = self.clock.passed + self.ahead if self.ahead is not None else None
        return None if passed is None else self.clock.at(passed).isoformat()

    def files(self, project: str) -> tuple[IndexFile, ...]:
        if self.away:
            raise Unavailable(
                f"The index {self.name} does not answer.", hint="Run the same command again a little later"
            )
        found = []
        misread = self.misread.pop(0) if self.misread else {}
        for h in self._shown(project):
            digest = sha256(misread.get(h.filename, h.content)) if self.hashes else None
            version, metadata = parse_version(h.version or ""), "" if h.filename in self.beside else None
            uploaded = self.clock.at(h.since).isoformat()
            found.append(
                IndexFile(h.filename, h.filename, version, digest, h.yanked, uploaded=uploaded, metadata=metadata)
            )
        return tuple(found)

    def metadata(self, file: IndexFile) -> bytes | None:
        return self.beside.get(file.filename)

    def versions(self, project: str) -> tuple[Version, ...]:
        return tuple(v for h in self._shown(project) if (v := parse_version(h.version or "")) is not None)

    def fetch(self, file: IndexFile) -> bytes:
        if self.damaged:
            return self.damaged.pop(0)
        held = next(h.content for h in self.held if h.filename == file.filename)
        return self.swapped.get(file.filename, held)

    def upload(self, *paths: Path) -> UploadAnswer:
        answers = (self._sends(path) for path in paths)
        return next((each for each in answers if each.exit_code), UploadAnswer(0, None, ()))

    def _sends(self, path: Path) -> UploadAnswer:
        self.sent.append(path.name)
        mishap = self.mishaps.pop(0) if self.mishaps else None
        if mishap is None or mishap.stores:
            self.put(path.name, path.read_bytes())
        return (
            UploadAnswer(0, None, ())
            if mishap is None
            else UploadAnswer(1, mishap.status, (f"HTTP {mishap.status}",), mishap.reason, path.name)
        )

    def resolve(self, project: str, version: Version, *, within: float) -> Mapping[str, str]:
        self.patience.append(within)
        stumble = self.stumbles.pop(0) if self.stumbles else {}
        if isinstance(stumble, ReleasegateError):
            raise stumble
        if stumble:
            return stumble
        same = [h for h in self._shown(project, late=self.cache) if parse_version(h.version or "") == version]
        return {h.filename: sha256(self.proxied.get(h.filename, h.content)) for h in same}

    def _shown(self, project: str, *, late: float = 0.0) -> list[Held]:
        stem = project.replace("-", "_")
        return [h for h in self.held if h.filename.startswith(f"{stem}-") and h.since + late <= self.clock.passed]


def _version(filename: str) -> str:
    parsed = parse_wheel_filename(filename) if filename.endswith(".whl") else parse_sdist_filename(filename)
    return str(parsed[1])


@dataclass
class FakeLedger:
    """A ledger of lines: what is read went through JSON, as from a file; what *doubted* runs wrote is not believed."""

    lines: dict[Version, list[str]] = field(default_factory=dict)
    sent: int = 0
    doubted: set[str] = field(default_factory=set)

    def read(self, version: Version | str) -> tuple[Entry, ...]:
        parsed = (entry_from_json(line) for line in self.lines.get(_read(version), []))
        return tuple(entry for entry in parsed if entry is not None)

    def believed(self, version: Version | str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.read(version) if entry.run not in self.doubted)

    def append(self, version: Version | str, entry: Entry) -> None:
        self.lines.setdefault(_read(version), []).append(entry.to_json())

    def versions(self) -> tuple[Version, ...]:
        return tuple(self.lines)

    def push(self) -> tuple[str, ...]:
        self.sent += 1
        return ()


@dataclass
class FakeForge:
    """Releases by tag, and the bytes of their assets; ``drafts`` counts the drafts that were made."""

    releases: dict[str, ForgeRelease] = field(default_factory=dict)
    assets: dict[str, bytes] = field(default_factory=dict)
    drafts: int = 0
    runs: list[CiRun] = field(default_factory=list)
    ended: dict[int, CiOutcome] = field(default_factory=dict)
    held: str = "FORGE_TOKEN is set"
    branches: dict[str, BranchTakes] = field(default_factory=lambda: {"develop": "pushes"})

    def credential(self) -> str:
        return self.held

    def waiting(self) -> tuple[CiRun, ...]:
        return ()

    def takes(self, branch: str) -> BranchTakes | None:
        return self.branches.get(branch)

    def outcome(self, run: int) -> CiOutcome | None:
        return self.ended.get(run)

    def find(self, tag: str) -> ForgeRelease | None:
        return self.releases.get(tag)

    def draft(self, release: ForgeRelease) -> None:
        self.drafts += 1
        self.releases[release.tag] = release

    def attach(self, tag: str, *, name: str, content: bytes) -> None:
        self.assets[name] = content
        self.releases[tag] = replace(self.releases[tag], assets=tuple(sorted(self.assets)))

    def asset(self, tag: str, *, name: str) -> bytes | None:
        return self.assets.get(name) if tag in self.releases else None

    def ci_run(self, tag: str) -> CiRun | None:
        if tag not in self.releases or not self.runs:
            return None
        return self.runs.pop(0) if len(self.runs) > 1 else self.runs[0]

    def publish(self, tag: str) -> ForgeRelease:
        self.releases[tag] = replace(self.releases[tag], draft=False)
        return self.releases[tag]


@dataclass(frozen=True)
class FakeDownloads:
    """Keeps files under a folder of the test's own."""

    root: Path

    def keep(self, folder: str, *, name: str, content: bytes) -> Path:
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


@dataclass
class FakeMachine:
    """A machine that has all that it is asked for, but for what a test takes away."""

    missing: frozenset[str] = frozenset()
    engine: bool = True
    free: int = 50 * 2**30
    attended: bool = True
    open: str | None = None
    tokens: tuple[str, ...] = ()

    def obstacle(self) -> str | None:
        return self.open

    def exported(self) -> tuple[str, ...]:
        return self.tokens

    def python(self, version: str) -> str | None:
        return None if version in self.missing else f"/usr/bin/python{version}"

    def containers(self) -> str:
        if not self.engine:
            raise Unavailable("The Docker engine does not answer.", hint="Start it")
        return "Docker 27.0, Compose 2.26.1, 2 CPUs and 8 GiB of memory"

    def tools(self) -> tuple[Tool, ...]:
        names = {"git": "2.39.5", "twine": "7.0.1"}
        return tuple(Tool(n, "" if n in self.missing else v, ">=2.30") for n, v in names.items())

    def free_space(self) -> int:
        return self.free

    def program(self, name: str) -> str | None:
        return None if name in self.missing else f"/usr/bin/{name}"

    def may_confirm(self) -> bool:
        return self.attended
