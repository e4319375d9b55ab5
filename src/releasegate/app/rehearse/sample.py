"""The sample pair's rehearsal: a broken contract, its repair, both finals, a defect, its post."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from packaging.version import Version

from releasegate.adapters.package_data import package_folder
from releasegate.app.orders import Order
from releasegate.app.outcomes import Recorder
from releasegate.app.rehearse.sandbox import OpenSandbox, Sandbox, running_python
from releasegate.app.rehearse.scenario import (
    Reporter,
    ScenarioResult,
    ScenarioStep,
    prepare,
    record_of,
    release_in,
    run_scenario,
    upload,
)
from releasegate.core.config.keys import Package
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ReleasegateError
from releasegate.core.release.plan import PipelineName


def rehearse_sample(folder: Path, *, environ: Mapping[str, str], reporter: Reporter) -> ScenarioResult:
    """Play the sample pair's release: a broken contract, its repair, both finals, a defect, its post.

    *folder* is where everything happens; what a killed rehearsal left there is gone on with.

    Raises:
        ReleasegateError: a step of the scenario did not end as it must.
    """
    sandbox, recorder = set_up(folder, environ=environ, reporter=reporter), Recorder(reporter)
    api, plugin = sandbox.settings.packages

    def sealed(package: Package, version: str) -> Callable[[OpenSandbox], bool]:
        return lambda opened: record_of(opened, package, version).seal is not None

    def failed(package: Package, version: str) -> Callable[[OpenSandbox], bool]:
        return lambda opened: record_of(opened, package, version).failure is not None

    def order(pipeline: PipelineName, package: Package, to: str | None = None) -> Callable[[OpenSandbox], None]:
        return lambda opened: release_in(opened, Order(pipeline, package.name, to), recorder)

    def planting(*names: str) -> ScenarioStep:
        messages = "; ".join(_plants()[name]["message"] for name in names)
        return ScenarioStep(
            f"a developer commits: {messages}",
            lambda opened: all(_is_planted(opened, plugin, name) for name in names),
            lambda opened: _plant(sandbox, opened, plugin, names),
        )

    steps = (
        planting("final-defect", "contract-break"),
        ScenarioStep("invoke release --rc, the companion first", sealed(api, "1.1.0rc1"), order("rc", api, "1.1.0")),
        ScenarioStep(
            "invoke release --rc for the dependent: rc1 must fail at its end-to-end gate",
            failed(plugin, "1.1.0rc1"),
            _must_fail(order("rc", plugin, "1.1.0"), "e2e:staging", plugin, "1.1.0rc1", show=reporter),
        ),
        planting("contract-mend"),
        ScenarioStep("invoke release --rc again: rc2", sealed(plugin, "1.1.0rc2"), order("rc", plugin)),
        ScenarioStep("invoke release, the companion first", sealed(api, "1.1.0"), order("final", api)),
        ScenarioStep(
            "invoke release for the dependent: a defect that only a final shows must be found",
            failed(plugin, "1.1.0"),
            _must_fail(order("final", plugin), "e2e:production", plugin, "1.1.0", show=reporter),
        ),
        planting("final-mend"),
        ScenarioStep("invoke release --post", sealed(plugin, "1.1.0.post1"), order("post", plugin)),
    )
    return run_scenario(sandbox, steps, recorder)


def set_up(folder: Path, *, environ: Mapping[str, str], reporter: Reporter) -> Sandbox:
    """Make the sandbox in *folder* in which the pair is as users have it; one that is whole already stays as it is."""
    text = (package_folder("examples") / "pyproject.toml").read_text(encoding="utf-8")
    settings = parse_settings(text, where="examples/pyproject.toml")
    settings = replace(settings, packages=running_python(settings.packages))
    sandbox = Sandbox(folder, settings, environ)
    sources = {p.name: package_folder("examples") / p.path for p in settings.packages}
    prepare(sandbox, lambda: _publish_sample(sandbox, sources, reporter))
    return sandbox


def _publish_sample(sandbox: Sandbox, sources: Mapping[str, Path], reporter: Reporter) -> None:
    reporter.heading("the pair as users have it today: 1.0.0 of both on the embedded PyPI")
    for package in sandbox.settings.packages:
        sandbox.plant(package, sources=sources[package.name], tag=f"{package.tag_prefix}1.0.0")
    with sandbox.open(reporter) as opened:
        for package in opened.workspace.project.settings.packages:
            builds = opened.workspace.builds()
            head = opened.workspace.repository(package).head()
            manifest = builds.build(package, version=Version("1.0.0"), commit=head, progress=reporter)
            for artifact in manifest.artifacts:
                upload(opened, builds.path(package, Version("1.0.0"), artifact))


def _must_fail(
    play: Callable[[OpenSandbox], None], step: str, package: Package, version: str, *, show: Reporter
) -> Callable[[OpenSandbox], None]:
    def played(opened: OpenSandbox) -> None:
        try:
            play(opened)
        except ReleasegateError as error:
            failure = record_of(opened, package, version).failure
            if failure is None or failure.step != step:
                raise
            show.fails(error)

    return played


def _plants() -> dict[str, dict[str, str]]:
    text = (package_folder("examples") / "plants.toml").read_text(encoding="utf-8")
    return {plant["name"]: plant for plant in tomllib.loads(text)["plants"]}


def _is_planted(opened: OpenSandbox, package: Package, name: str) -> bool:
    """Whether the plant's commit is in the clone's history: later plants may have replaced its text."""
    return _plants()[name]["message"] in opened.workspace.repository(package).subjects("HEAD", since=None)


def _plant(sandbox: Sandbox, opened: OpenSandbox, package: Package, names: tuple[str, ...]) -> None:
    for name in names:
        plant = _plants()[name]
        if _is_planted(opened, package, name):
            continue
        path = PurePosixPath(plant["path"])
        repository = opened.workspace.repository(package)
        text = (repository.read(path, commit=repository.head()) or b"").decode()
        changed = text.replace(plant["old"], plant["new"])
        sandbox.change(package, {path: changed.encode()}, message=plant["message"])
