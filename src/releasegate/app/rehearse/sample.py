"""The sample pair's rehearsal: a broken contract, its repair, both finals, a defect, its post."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from releasegate.adapters.package_data import package_folder
from releasegate.app.rehearse.sandbox import Ground, Stand, running_python
from releasegate.app.rehearse.scenario import Act, Curtain, Keeper, Spectator, perform, play, prepare, record_of, upload
from releasegate.app.release import Order
from releasegate.core.config.model import Package
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ReleasegateError
from releasegate.core.release.plan import Pipeline


def rehearse_sample(folder: Path, *, environ: Mapping[str, str], spectator: Spectator) -> Curtain:
    """Play the sample pair's release: a broken contract, its repair, both finals, a defect, its post.

    *folder* is where everything happens; what a killed rehearsal left there is gone on with.

    Raises:
        ReleasegateError: an act did not end as it must.
    """
    text = (package_folder("examples") / "pyproject.toml").read_text(encoding="utf-8")
    settings = parse_settings(text, where="examples/pyproject.toml")
    settings = replace(settings, packages=running_python(settings.packages))
    ground = Ground(folder, settings, environ)
    sources = {p.name: package_folder("examples") / p.path for p in settings.packages}
    keeper = Keeper(spectator)
    api, plugin = settings.packages
    prepare(ground, lambda: _publish_sample(ground, sources, spectator))

    def sealed(package: Package, version: str) -> Callable[[Stand], bool]:
        return lambda stand: record_of(stand, package, version).seal is not None

    def failed(package: Package, version: str) -> Callable[[Stand], bool]:
        return lambda stand: record_of(stand, package, version).failure is not None

    def order(pipeline: Pipeline, package: Package, to: str | None = None) -> Callable[[Stand], None]:
        return lambda stand: perform(stand, Order(pipeline, package.name, to), keeper)

    def planting(*names: str) -> Act:
        messages = "; ".join(_plants()[name]["message"] for name in names)
        return Act(
            f"a developer commits: {messages}",
            lambda stand: all(_is_planted(stand, plugin, name) for name in names),
            lambda stand: _plant(ground, stand, plugin, names),
        )

    acts = (
        planting("final-defect", "contract-break"),
        Act("invoke release --rc, the companion first", sealed(api, "1.1.0rc1"), order("rc", api, "1.1.0")),
        Act(
            "invoke release --rc for the dependent: rc1 must fail at its end-to-end gate",
            failed(plugin, "1.1.0rc1"),
            _must_fail(order("rc", plugin, "1.1.0"), "e2e:staging", plugin, "1.1.0rc1", show=spectator),
        ),
        planting("contract-mend"),
        Act("invoke release --rc again: rc2", sealed(plugin, "1.1.0rc2"), order("rc", plugin)),
        Act("invoke release, the companion first", sealed(api, "1.1.0"), order("final", api)),
        Act(
            "invoke release for the dependent: a defect that only a final shows must be found",
            failed(plugin, "1.1.0"),
            _must_fail(order("final", plugin), "e2e:production", plugin, "1.1.0", show=spectator),
        ),
        planting("final-mend"),
        Act("invoke release --post", sealed(plugin, "1.1.0.post1"), order("post", plugin)),
    )
    return play(ground, acts, keeper)


def _publish_sample(ground: Ground, sources: Mapping[str, Path], spectator: Spectator) -> None:
    spectator.act("the pair as users have it today: 1.0.0 of both on the embedded PyPI")
    for package in ground.settings.packages:
        ground.plant(package, sources=sources[package.name], tag=f"{package.tag_prefix}1.0.0")
    with ground.open(spectator) as stand:
        for package in stand.workshop.project.settings.packages:
            builds = stand.workshop.builds()
            head = stand.workshop.repository(package).head()
            manifest = builds.build(package, version="1.0.0", commit=head, progress=spectator)
            for artifact in manifest.artifacts:
                upload(stand, builds.path(package, "1.0.0", artifact))


def _must_fail(
    play: Callable[[Stand], None], step: str, package: Package, version: str, *, show: Spectator
) -> Callable[[Stand], None]:
    def played(stand: Stand) -> None:
        try:
            play(stand)
        except ReleasegateError as error:
            failure = record_of(stand, package, version).failure
            if failure is None or failure.step != step:
                raise
            show.fails(error)

    return played


def _plants() -> dict[str, dict[str, str]]:
    text = (package_folder("examples") / "plants.toml").read_text(encoding="utf-8")
    return {plant["name"]: plant for plant in tomllib.loads(text)["plants"]}


def _is_planted(stand: Stand, package: Package, name: str) -> bool:
    """Whether the plant's commit is in the clone's history: later plants may have replaced its text."""
    return _plants()[name]["message"] in stand.workshop.repository(package).subjects()


def _plant(ground: Ground, stand: Stand, package: Package, names: tuple[str, ...]) -> None:
    for name in names:
        plant = _plants()[name]
        if _is_planted(stand, package, name):
            continue
        path = PurePosixPath(plant["path"])
        repository = stand.workshop.repository(package)
        text = (repository.read(path, commit=repository.head()) or b"").decode()
        changed = text.replace(plant["old"], plant["new"])
        ground.change(package, {path: changed.encode()}, message=plant["message"])
