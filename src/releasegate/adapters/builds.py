"""Builds: the real ``build`` on a clean checkout, kept with a manifest that is written last."""

from __future__ import annotations

import hashlib
import importlib.metadata
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from releasegate.adapters.files import write_atomically
from releasegate.adapters.git import GitRepository
from releasegate.adapters.process import clean_environment, last_lines, run
from releasegate.core.config import Package
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable
from releasegate.core.manifest import Artifact, Manifest, manifest_from_json
from releasegate.ports import Progress

_TIMEOUT = 1800.0
_NETWORK = ("Failed to fetch", "error sending request", "Temporary failure in name resolution", "dns error")


@dataclass(frozen=True)
class LocalBuilds:
    """Builds under *folder*, one folder a package and version; *index* serves what builds need."""

    folder: Path
    repository: Callable[[Package], GitRepository]
    index: str
    environ: Mapping[str, str]

    def build(self, package: Package, *, version: str, commit: str, progress: Progress) -> Manifest:
        """Build *commit* from a clean checkout and keep what came out.

        The wheel and the sdist are made from the tree; the wheel that the sdist makes is kept beside them.

        Raises:
            GateFailed: the build fails, or does not make one wheel and one sdist.
            Unavailable: what the build needs cannot be had.
        """
        repository = self.repository(package)
        epoch = repository.epoch(commit)
        progress(f"building {package.name} {version}")
        with repository.clean_checkout(commit) as tree, tempfile.TemporaryDirectory(prefix="build-") as temporary:
            out = Path(temporary)
            with ThreadPoolExecutor(2) as pool:
                wheel = pool.submit(self._make, tree, out / "tree", kind="--wheel", epoch=epoch)
                sdist = pool.submit(self._make_again, tree, out / "sdist", epoch=epoch)
                wheel.result(), sdist.result()
            made = [*_only(out / "tree", "*"), *_only(out / "sdist", "*.tar.gz")]
            rebuilt = _only(out / "sdist", "*.whl")
            _require(made, package=package)
            artifacts = tuple(_artifact(file) for file in made)
            manifest = Manifest(package.name, version, commit, epoch, artifacts, _tools(made[0]))
            self._keep(manifest, {f.name: f.read_bytes() for f in made}, {f.name: f.read_bytes() for f in rebuilt})
        return manifest

    def find(self, package: Package, version: str) -> Manifest | None:
        """Return the manifest whose files are all here, byte for byte, or ``None``."""
        text = self._home(package.name, version) / "manifest.json"
        if not text.exists():
            return None
        try:
            manifest = manifest_from_json(text.read_text(encoding="utf-8", errors="replace"), where=str(text))
        except ReleasegateError:
            return None
        paths = [(a, self.path(package, version, a)) for a in manifest.artifacts]
        return manifest if all(p.is_file() and _artifact(p) == a for a, p in paths) else None

    def path(self, package: Package, version: str, artifact: Artifact) -> Path:
        """Return where a file of a manifest lies."""
        return self._home(package.name, version) / Path(artifact.filename).name

    def rebuilt(self, package: Package, version: str) -> Mapping[str, bytes]:
        """Return the wheel that was built a second time, from the sdist, by its file name."""
        return {f.name: f.read_bytes() for f in (self._home(package.name, version) / "from-sdist").glob("*")}

    def adopt(self, manifest: Manifest, files: Mapping[str, bytes]) -> None:
        """Keep *files* and *manifest* as the version's build; the wheel made from the sdist stays."""
        self._keep(manifest, files, {})

    def _keep(self, manifest: Manifest, files: Mapping[str, bytes], rebuilt: Mapping[str, bytes]) -> None:
        home = self._home(manifest.name, manifest.version)
        (home / "manifest.json").unlink(missing_ok=True)
        for old in home.glob("*.whl"):
            old.unlink()
        if rebuilt:
            shutil.rmtree(home / "from-sdist", ignore_errors=True)
        for name, content in files.items():
            write_atomically(home / Path(name).name, content)
        for name, content in rebuilt.items():
            write_atomically(home / "from-sdist" / Path(name).name, content)
        write_atomically(home / "manifest.json", manifest.to_json().encode())

    def _home(self, name: str, version: str) -> Path:
        return self.folder / name / version

    def _make_again(self, tree: Path, out: Path, *, epoch: int) -> None:
        """Make the sdist, and a wheel from nothing but the sdist."""
        self._make(tree, out, kind="--sdist", epoch=epoch)
        sdists = sorted(out.glob("*.tar.gz"))
        if len(sdists) != 1:
            return
        source = out.with_name("unpacked")
        with tarfile.open(sdists[0]) as archive:
            archive.extractall(source, filter="data")
        folders = [folder for folder in source.iterdir() if folder.is_dir()]
        if len(folders) == 1:
            self._make(folders[0], out, kind="--wheel", epoch=epoch)

    def _make(self, source: Path, out: Path, *, kind: str, epoch: int) -> None:
        env = clean_environment(self.environ, SOURCE_DATE_EPOCH=str(epoch), UV_DEFAULT_INDEX=self.index)
        argv = [sys.executable, "-I", "-m", "build", "--installer", "uv", kind, "--outdir", str(out), str(source)]
        done = run(argv, env=env, cwd=source, timeout=_TIMEOUT)
        if done.exit_code == 0:
            return
        words = done.stdout + done.stderr
        if any(sign in words for sign in _NETWORK):
            raise Unavailable(
                "What the build needs cannot be fetched.",
                hint="Check the network, then run the same command again",
                details=last_lines(words),
            )
        raise GateFailed(
            f"build {kind} fails.", hint="Mend it, commit, run it again", details=last_lines(words, count=30)
        )


def _only(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


def _require(made: list[Path], *, package: Package) -> None:
    names = [file.name for file in made]
    wheels = [name for name in names if name.endswith(".whl")]
    sdists = [name for name in names if name.endswith(".tar.gz")]
    if len(wheels) != 1 or len(sdists) != 1 or len(names) != 2:  # noqa: PLR2004 - one of each
        raise GateFailed(
            f"{package.name} must build exactly one wheel and one sdist.",
            hint="Correct its build configuration",
            details=names or ["nothing was built"],
        )


def _artifact(file: Path) -> Artifact:
    content = file.read_bytes()
    return Artifact(file.name, len(content), hashlib.sha256(content).hexdigest())


def _tools(wheel: Path) -> dict[str, str]:
    import zipfile  # noqa: PLC0415 - only a look into the file just built

    with zipfile.ZipFile(wheel) as archive:
        name = next((n for n in archive.namelist() if n.endswith(".dist-info/WHEEL")), None)
        text = archive.read(name).decode(errors="replace") if name else ""
    generator = next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("Generator")), "")
    versions = {tool: importlib.metadata.version(tool) for tool in ("build", "uv")}
    return {**versions, "python": sys.version.split()[0], "backend": generator}
