"""Builds of commits, kept with a manifest that is written last: without it, files are not a build."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath

from packaging.utils import canonicalize_name
from packaging.version import Version

from releasegate.adapters.build.builder import Builder
from releasegate.adapters.build.locks import Locks
from releasegate.adapters.files import write_atomically
from releasegate.adapters.git.repository import GitRepository
from releasegate.adapters.plain_file import read_plain
from releasegate.adapters.scratch import scratch
from releasegate.core.config.keys import Package
from releasegate.core.dists.archive import read_wheel
from releasegate.core.dists.manifest import MANIFEST, Artifact, Manifest, manifest_from_json
from releasegate.core.dists.wheel import dist_info, member
from releasegate.core.errors import Refused, ReleasegateError
from releasegate.ports import LockAnswer, Progress, TrialBuild

_FROM_SDIST = "from-sdist"
_DISTRIBUTION = (".whl", ".tar.gz")
# dunamai, which these read tags with, knows no X.Y.Z.postN.devM: https://github.com/mtkennerly/dunamai
_TOLD = ("POETRY_DYNAMIC_VERSIONING_BYPASS", "UV_DYNAMIC_VERSIONING_BYPASS")


@dataclass(frozen=True)
class LocalBuilds:
    """Builds under *folder*, one folder a package and version; *index* serves what builds need."""

    folder: Path
    repository: Callable[[Package], GitRepository]
    index: str
    environ: Mapping[str, str]

    def build(self, package: Package, *, version: Version, commit: str, progress: Progress) -> Manifest:
        """Build *commit* from clean checkouts and keep what came out.

        The wheel and the sdist are made from the tree; the wheel that the sdist makes is kept beside them.

        Raises:
            GateFailed: the build fails, or does not make one wheel and one sdist.
            Refused: there is no such commit.
            Unavailable: what the build needs cannot be had.
        """
        repository = self.repository(package)
        epoch = repository.epoch(commit)
        progress(f"building {package.name} {version}")
        checkout = partial(repository.clean_checkout, commit, tag=package.tag(version))
        with scratch() as temporary:
            made = self._builder(version).make(checkout, epoch=epoch, out=temporary)
            files = {path.name: path.read_bytes() for path in (made.wheel, made.sdist)}
            rebuilt = {made.rebuilt.name: made.rebuilt.read_bytes()}
        artifacts = tuple(_artifact(name, content) for name, content in files.items())
        tools = _tools(made.wheel.name, files[made.wheel.name])
        manifest = Manifest(package.name, str(version), commit, epoch, artifacts, tools)
        self._keep(manifest, files, rebuilt=rebuilt)
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
        """Build *version*, which is *commit* with *files* changed, and keep nothing of it here.

        It is committed and built as on another day, as the real one will be: what a build takes from the clock shows.

        Raises:
            GateFailed: the build fails, or does not make one wheel and one sdist.
            Refused: there is no such commit.
            Unavailable: what the build needs cannot be had.
        """
        repository = self.repository(package)
        progress(f"building {package.name} {version}, to be thrown away")
        with (
            scratch() as temporary,
            repository.clean_checkout(commit, tag=package.tag(version), files=files) as changed,
        ):
            final = GitRepository(changed, repository.environ)
            checkout = partial(final.clean_checkout, final.head())
            made = self._builder(version).make(checkout, epoch=final.epoch("HEAD"), out=temporary)
            built = {path.name: path.read_bytes() for path in (made.wheel, made.sdist)}
            return TrialBuild(built, final.source("HEAD"))

    def rebuild(
        self, package: Package, *, version: Version, commit: str, tools: Mapping[str, Version], progress: Progress
    ) -> Mapping[str, bytes]:
        """Build *commit* as ``build`` does, and keep nothing of it here; return the wheel and the sdist by file name.

        Of build requirements that are among *tools* these versions are used.

        Raises:
            GateFailed: the build fails, or does not make one wheel and one sdist.
            Refused: there is no such commit.
            Unavailable: what the build needs cannot be had.
        """
        repository = self.repository(package)
        told = ", ".join(f"{name} {number}" for name, number in tools.items())
        progress(f"rebuilding {package.name} {version} from {commit[:12]}{f' with {told}' if told else ''}")
        checkout = partial(repository.clean_checkout, commit, tag=package.tag(version))
        with scratch() as temporary:
            epoch, out = repository.epoch(commit), temporary
            made = self._builder(version).make(checkout, epoch=epoch, out=out, tools=tools)
            return {path.name: path.read_bytes() for path in (made.wheel, made.sdist)}

    def locks(self, package: Package, *, version: Version, commit: str) -> tuple[LockAnswer, ...]:
        """Return what the tools of the lock files that are tracked at *commit* say of them, in a clean checkout.

        Raises:
            Refused: there is no such commit.
            Unavailable: an index that a tool needs does not answer.
        """
        repository = self.repository(package)
        with repository.clean_checkout(commit, tag=package.tag(version)) as folder:
            top = Path(GitRepository(folder, repository.environ).git.tell("rev-parse", "--show-toplevel").text)
            declared = tuple(each.path for each in package.version_files)
            return Locks(folder, top, self.index, self.environ, declared).ask()

    def _builder(self, version: Version) -> Builder:
        """Return what builds *version*: tools that read no tag of a post's candidate are told what it is."""
        return Builder(self.index, self.environ, {} if version.dev is None else dict.fromkeys(_TOLD, str(version)))

    def find(self, package: Package, version: Version) -> Manifest | None:
        """Return the manifest whose files are all here, byte for byte, or ``None``."""
        home = self._home(package.name, str(version))
        try:
            text = read_plain(home / MANIFEST).decode()
            manifest = manifest_from_json(text, where=MANIFEST)
            files = {a.filename: (home / _plain(a.filename)).read_bytes() for a in manifest.artifacts}
            mine = self._home(manifest.name, manifest.version) == home
        except (OSError, UnicodeDecodeError, ReleasegateError):
            return None
        return manifest if files and mine and _are(files, manifest) else None

    def path(self, package: Package, version: Version, artifact: Artifact) -> Path:
        """Return where a file of a manifest lies; raises ``Refused`` for a name that is no distribution file's."""
        return self._home(package.name, str(version)) / _plain(artifact.filename)

    def rebuilt(self, package: Package, version: Version) -> Mapping[str, bytes]:
        """Return the wheel that was built a second time, from the sdist, by its file name."""
        folder = self._home(package.name, str(version)) / _FROM_SDIST
        return {file.name: file.read_bytes() for file in folder.glob("*.whl")}

    def adopt(
        self, manifest: Manifest, files: Mapping[str, bytes], *, rebuilt: Mapping[str, bytes] | None = None
    ) -> None:
        """Keep *files* and *manifest* as the version's build; the wheel made from the sdist stays, or is *rebuilt*.

        Raises:
            Refused: the files are not those of the manifest, or a name or the version in it is none.
        """
        if not _are(files, manifest):
            raise Refused(
                f"The files of {manifest.name} {manifest.version} are not those of their manifest.",
                hint="Fetch them again from where they were built",
            )
        self._keep(manifest, files, rebuilt=rebuilt)

    def _keep(
        self, manifest: Manifest, files: Mapping[str, bytes], *, rebuilt: Mapping[str, bytes] | None = None
    ) -> None:
        """Write the files first and the manifest last: a kill in between leaves no build, never half of one."""
        home = self._home(manifest.name, manifest.version)
        contents = {home / _plain(name): content for name, content in files.items()}
        (home / MANIFEST).unlink(missing_ok=True)
        old = [path for path in home.glob("*") if path.is_file()]
        if rebuilt is not None:
            old += home.glob(f"{_FROM_SDIST}/*")
            contents |= {home / _FROM_SDIST / _plain(name): content for name, content in rebuilt.items()}
        for path in old:
            path.unlink()
        for path, content in contents.items():
            write_atomically(path, content)
        write_atomically(home / MANIFEST, manifest.to_json().encode())

    def _home(self, name: str, version: str) -> Path:
        try:
            # Both may come from a manifest that somebody else wrote: as paths they are made anew.
            return self.folder / canonicalize_name(name, validate=True) / str(Version(version))
        except ValueError as error:
            raise Refused(
                f"{name!r} {version!r} is not a package and a version.", hint="Build again from the commit"
            ) from error


def _plain(filename: str) -> str:
    """Return the name of a distribution file, which leads nowhere else on any system."""
    plain = filename == PurePosixPath(filename).name == PureWindowsPath(filename).name
    if not plain or filename.startswith(".") or not filename.endswith(_DISTRIBUTION):
        raise Refused(f"{filename!r} is not the name of a wheel or an sdist.", hint="Build again from the commit")
    return filename


def _are(files: Mapping[str, bytes], manifest: Manifest) -> bool:
    """Whether *files* are the manifest's, byte for byte, and no others."""
    return {_artifact(name, content) for name, content in files.items()} == set(manifest.artifacts)


def _artifact(filename: str, content: bytes) -> Artifact:
    return Artifact(filename, len(content), hashlib.sha256(content).hexdigest())


def _tools(filename: str, wheel: bytes) -> dict[str, str]:
    """Return what built the wheel; the backend names itself in the wheel's WHEEL file."""
    from importlib.metadata import version as installed

    members = read_wheel(filename, wheel)
    lines = member(members, f"{dist_info(members)}/WHEEL").decode(errors="replace").splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    versions = {tool: installed(tool) for tool in ("build", "uv")}
    return {**versions, "python": platform.python_version(), "backend": fields.get("Generator", "").strip()}
