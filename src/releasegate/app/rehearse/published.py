"""A real pair's rehearsal: its next candidates and finals, from what PyPI has of it today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from releasegate.adapters.containers.engine import opened
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.adapters.kit_folders import KitsBeside
from releasegate.adapters.package_data import package_folder
from releasegate.app.container_runner import ContainerOptions
from releasegate.app.orders import Order
from releasegate.app.outcomes import Recorder
from releasegate.app.rehearse.ends import is_over, without_end_to_end
from releasegate.app.rehearse.sandbox import OpenSandbox, Sandbox
from releasegate.app.rehearse.scenario import (
    Reporter,
    ScenarioResult,
    ScenarioStep,
    prepare,
    release_in,
    run_scenario,
    upload,
)
from releasegate.app.workspace import RunOptions
from releasegate.core.config.keys import IndexConfig, Package, Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.dists.archive import read_sdist
from releasegate.core.errors import ConfigurationError, Unavailable
from releasegate.core.nearest import meant
from releasegate.core.release.next_version import next_base
from releasegate.core.release.plan import PipelineName
from releasegate.core.release.versions import parse_version
from releasegate.steps.fetch import newest, published


def published_pair(kit: str) -> Settings:
    """Return the configuration of the pair that travels with releasegate, which is judged in the stack *kit*.

    Raises:
        ConfigurationError: there is none of that name.
    """
    file = package_folder("examples") / "pair.toml"
    file = file if file.is_file() else package_folder("examples").parent / "pyproject.toml"
    settings = parse_settings(file.read_text(encoding="utf-8"), where=file.name, kits=KitsBeside(file.parent))
    known = settings.stack.kit_name if settings.stack is not None else ""
    if kit != known:
        raise ConfigurationError(f"There is no pair {kit}.", hint=meant(kit, ["sample", "own", known]))
    return settings


def rehearse_published(  # noqa: PLR0913 - the nouns of a rehearsal
    settings: Settings,
    *,
    folder: Path,
    environ: Mapping[str, str],
    reporter: Reporter,
    asked: ContainerOptions,
    contained: bool = True,
) -> ScenarioResult:
    """Release the pair of *settings* as its next candidate and final, from the sdists that PyPI has today.

    All gates are real. The end-to-end ones need Docker; where *contained* is false they are not run, and a waiver in
    the record says so. *asked* says which of the cells are run.

    Raises:
        ReleasegateError: PyPI or the Docker engine does not answer, or a gate does not pass.
    """
    if contained:
        with opened(environ):
            pass  # said now, not after the first upload
    settings = replace(settings, packages=tuple(replace(p, path=PurePosixPath(p.name)) for p in settings.packages))
    if not contained:
        settings = replace(settings, stack=None)
    sandbox = Sandbox(folder, settings, environ, RunOptions(containers=asked))
    recorder = Recorder(reporter)
    prepare(sandbox, lambda: _publish_real(sandbox, reporter))

    def release_step(pipeline: PipelineName, package: Package) -> ScenarioStep:
        def performed(opened: OpenSandbox) -> None:
            if not contained:
                without_end_to_end(opened, Order(pipeline, package.name, _aim(opened, package, pipeline)), package)
            release_in(opened, Order(pipeline, package.name, _aim(opened, package, pipeline)), recorder)

        flag = "--rc " if pipeline == "rc" else ""
        title = f"invoke release {flag}--package {package.name}"
        return ScenarioStep(title, lambda opened: is_over(opened, package, pipeline), performed)

    steps = tuple(release_step(pipeline, p) for pipeline in ("rc", "final") for p in settings.packages)
    return run_scenario(sandbox, steps, recorder)


def _publish_real(sandbox: Sandbox, reporter: Reporter) -> None:
    """Take what users have from PyPI: of each package its sdist becomes the clone, its files the published ones.

    Of a companion that is the version that the configuration pairs with; the newest need not fit each other.
    """
    tmp = sandbox.folder / "tmp"
    tmp.mkdir()
    pypi = SimpleIndex(IndexConfig("pypi"), environ=sandbox.environ, workdir=tmp)
    with sandbox.open(reporter) as opened:
        for package in sandbox.settings.packages:
            edges = sandbox.settings.edges.items()
            paired = [each.default for (_, name), each in edges if name == package.name and each.default]
            version = parse_version(next(iter(paired), None)) or newest(pypi, package.name)
            if version is None:
                raise Unavailable(f"PyPI has no {package.name}.", hint="Check the network, then run it again")
            reporter.heading(f"{package.name} {version} as PyPI has it today")
            for file in published(pypi, package.name, version):
                reporter(f"fetching {file.filename} from PyPI")
                path = tmp / file.filename
                path.write_bytes(pypi.fetch(file))
                upload(opened, path)
                if file.filename.endswith(".tar.gz"):
                    sources = tmp / package.name
                    unpack(path, sources)
                    sandbox.plant(package, sources=sources, tag=f"{package.tag_prefix}{version}")


def unpack(sdist: Path, folder: Path) -> None:
    """Write an sdist's files as a working tree; what the build backend adds to an sdist is left out."""
    members = read_sdist(sdist.name, sdist.read_bytes())
    for name, content in members.items():
        path = PurePosixPath(name)
        if path == PurePosixPath("PKG-INFO") or any(part.endswith(".egg-info") for part in path.parts):
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if name in members.executable else 0o644)


def _aim(opened: OpenSandbox, package: Package, pipeline: PipelineName) -> str | None:
    if pipeline != "rc":
        return None
    package_state = opened.workspace.package_state(package)
    return str(next_base(declared=package_state.declared, consumed=package_state.consumed))
