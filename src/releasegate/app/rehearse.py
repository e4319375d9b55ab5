"""``invoke rehearse``: whole releases on throw-away ground, act by act; a killed rehearsal goes on where it was."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from packaging.version import Version

from releasegate.adapters.index import SimpleIndex
from releasegate.app.rehearsal_ground import Ground, Stand, examples, running_python
from releasegate.app.release import Order, Planned, Waiver, plan, release, waive
from releasegate.core.archive import read_sdist
from releasegate.core.config import IndexConfig, Package
from releasegate.core.configuration import parse_settings
from releasegate.core.errors import GateFailed, ReleasegateError, Unavailable
from releasegate.core.plan import Pipeline
from releasegate.core.record import Record, record
from releasegate.core.versions import next_base
from releasegate.engine import Outcome, Watch
from releasegate.ports import Progress
from releasegate.steps.deliveries import newest, published


class Spectator(Watch, Progress):
    """Sees every act, every plan and every step of a rehearsal."""

    def act(self, title: str) -> None:
        """Say which act begins."""
        raise NotImplementedError

    def planned(self, planned: Planned) -> None:
        """Say what a release will do."""
        raise NotImplementedError


@dataclass(frozen=True)
class Act:
    """One scene; ``over`` is asked of the world, so that a rehearsal that died knows where it was."""

    title: str
    over: Callable[[Stand], bool]
    play: Callable[[Stand], None]


@dataclass(frozen=True)
class Curtain:
    """How a rehearsal ended: every outcome of this run, and how often each file name was stored."""

    outcomes: tuple[Outcome, ...]
    records: Mapping[str, Mapping[str, Record]]
    stored: Mapping[str, int]


class _Keeper:
    """Passes everything on to the spectator and keeps the outcomes."""

    def __init__(self, spectator: Spectator) -> None:
        self.spectator = spectator
        self.outcomes: list[Outcome] = []

    def begins(self, step: object) -> None:
        self.spectator.begins(step)  # type: ignore[arg-type]

    def ends(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.spectator.ends(outcome)


def rehearse_sample(folder: Path, *, environ: Mapping[str, str], spectator: Spectator) -> Curtain:
    """Play the sample pair's release: a broken contract, its repair, both finals, a defect, its post.

    *folder* is where everything happens; what a killed rehearsal left there is gone on with.

    Raises:
        ReleasegateError: an act did not end as it must.
    """
    text = (examples() / "pyproject.toml").read_text(encoding="utf-8")
    settings = parse_settings(text, where="examples/pyproject.toml")
    settings = replace(settings, packages=running_python(settings.packages))
    ground = Ground(folder, settings, environ)
    sources = {p.name: examples() / p.path for p in settings.packages}
    keeper = _Keeper(spectator)
    api, plugin = settings.packages
    _prepare(ground, lambda: _publish_sample(ground, sources, spectator))

    def sealed(package: Package, version: str) -> Callable[[Stand], bool]:
        return lambda stand: _record(stand, package, version).seal is not None

    def failed(package: Package, version: str) -> Callable[[Stand], bool]:
        return lambda stand: _record(stand, package, version).failure is not None

    def order(pipeline: Pipeline, package: Package, to: str | None = None) -> Callable[[Stand], None]:
        return lambda stand: _release(stand, Order(pipeline, package.name, to), keeper)

    def planting(*names: str) -> Act:
        title = " and ".join(f"{name}: {_plants()[name]['message']}" for name in names)
        return Act(
            f"a developer commits {title}",
            lambda stand: all(_is_planted(stand, plugin, name) for name in names),
            lambda stand: _plant(ground, stand, plugin, names),
        )

    acts = (
        planting("final-defect", "contract-break"),
        Act("invoke release --rc, the companion first", sealed(api, "1.1.0rc1"), order("rc", api, "1.1.0")),
        Act(
            "invoke release --rc for the dependent: rc1 must fail at its end-to-end gate",
            failed(plugin, "1.1.0rc1"),
            _must_fail(order("rc", plugin, "1.1.0"), "e2e:staging", plugin, "1.1.0rc1"),
        ),
        planting("contract-mend"),
        Act("invoke release --rc again: rc2", sealed(plugin, "1.1.0rc2"), order("rc", plugin)),
        Act("invoke release, the companion first", sealed(api, "1.1.0"), order("final", api)),
        Act(
            "invoke release for the dependent: a defect that only a final shows must be found",
            failed(plugin, "1.1.0"),
            _must_fail(order("final", plugin), "e2e:production", plugin, "1.1.0"),
        ),
        planting("final-mend"),
        Act("invoke release --post", sealed(plugin, "1.1.0.post1"), order("post", plugin)),
    )
    return _play(ground, acts, keeper)


def rehearse_proxbox(folder: Path, *, environ: Mapping[str, str], spectator: Spectator) -> Curtain:
    """Release the real pair as its next candidate and final, from the sdists that PyPI has today.

    All gates but the end-to-end ones are real; those need Docker, and a waiver in the record says so.

    Raises:
        ReleasegateError: PyPI does not answer, or a gate does not pass.
    """
    file = examples() / "proxbox.toml"
    file = file if file.is_file() else examples().parent / "pyproject.toml"
    settings = parse_settings(file.read_text(encoding="utf-8"), where=file.name)
    settings = replace(settings, packages=tuple(replace(p, path=PurePosixPath(p.name)) for p in settings.packages))
    ground = Ground(folder, settings, environ)
    keeper = _Keeper(spectator)
    _prepare(ground, lambda: _publish_real(ground, spectator))

    def act(pipeline: Pipeline, package: Package) -> Act:
        def over(stand: Stand) -> bool:
            standing = stand.workshop.standing(package)
            proven = any(
                r.seal is not None and (v.is_prerelease or pipeline == "final") for v, r in standing.records.items()
            )
            return proven and (pipeline == "rc" or (standing.stated in standing.held and bool(standing.records)))

        def play(stand: Stand) -> None:
            _waive_end_to_end(stand, Order(pipeline, package.name, _aim(stand, package, pipeline)), package)
            _release(stand, Order(pipeline, package.name, _aim(stand, package, pipeline)), keeper)

        flag = "--rc " if pipeline == "rc" else ""
        return Act(f"invoke release {flag}--package {package.name}", over, play)

    acts = tuple(act(pipeline, p) for pipeline in ("rc", "final") for p in settings.packages)
    return _play(ground, acts, keeper)


def _play(ground: Ground, acts: tuple[Act, ...], keeper: _Keeper) -> Curtain:
    with ground.open(keeper.spectator) as stand:
        for act in acts:
            if not act.over(stand):
                keeper.spectator.act(act.title)
                act.play(stand)
            if not act.over(stand):
                raise GateFailed(
                    f"The act did not end as it must: {act.title}.", hint=f"Look at what happened in {ground.folder}"
                )
        packages = stand.workshop.project.settings.packages
        records = {p.name: _records(stand, p) for p in packages}
        return Curtain(tuple(keeper.outcomes), records, stand.stored())


def _prepare(ground: Ground, make: Callable[[], None]) -> None:
    """Make the ground once: a preparation that was killed is thrown away, nothing was released on it."""
    ready = ground.folder / "ready"
    if not ready.exists():
        shutil.rmtree(ground.folder, ignore_errors=True)
        ground.folder.mkdir(parents=True)
        make()
        ready.touch()


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
                _upload(stand, builds.path(package, "1.0.0", artifact))


def _publish_real(ground: Ground, spectator: Spectator) -> None:
    """Take the newest final of each package from PyPI: its sdist becomes the clone, its files the published ones."""
    tmp = ground.folder / "tmp"
    tmp.mkdir()
    pypi = SimpleIndex(IndexConfig("pypi"), environ=ground.environ, workdir=tmp)
    with ground.open(spectator) as stand:
        for package in ground.settings.packages:
            version = newest(pypi, package.name)
            if version is None:
                raise Unavailable(f"PyPI has no {package.name}.", hint="Check the network, then run it again")
            spectator.act(f"{package.name} {version} as PyPI has it today")
            for file in published(pypi, package.name, version):
                spectator(f"fetching {file.filename} from PyPI")
                path = tmp / file.filename
                path.write_bytes(pypi.fetch(file))
                _upload(stand, path)
                if file.filename.endswith(".tar.gz"):
                    sources = tmp / package.name
                    _unpack(path, sources)
                    ground.plant(package, sources=sources, tag=f"{package.tag_prefix}{version}")


def _unpack(sdist: Path, folder: Path) -> None:
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


def _upload(stand: Stand, path: Path) -> None:
    answer = stand.workshop.index("pypi").upload(path)
    if answer.exit_code != 0:
        raise Unavailable(
            f"{path.name} could not be put on the embedded index.", hint="See below", details=answer.words
        )


def _release(stand: Stand, order: Order, keeper: _Keeper) -> None:
    release(stand.workshop, order, watch=keeper, confirm=lambda _: True, planned=keeper.spectator.planned)


def _must_fail(play: Callable[[Stand], None], step: str, package: Package, version: str) -> Callable[[Stand], None]:
    def played(stand: Stand) -> None:
        try:
            play(stand)
        except ReleasegateError as error:
            failure = _record(stand, package, version).failure
            if failure is None or failure.step != step:
                raise
            stand.workshop.progress(error.problem)

    return played


def _waive_end_to_end(stand: Stand, order: Order, package: Package) -> None:
    planned = plan(stand.workshop, order, package)
    version = planned.plan.version if planned.plan is not None else None
    already = _record(stand, package, str(version))
    for key in [s.key for s in planned.steps if s.key.startswith("e2e:") or s.key == "pair"]:
        if version is not None and already.waiver(key) is None:
            reason = "the end-to-end gate of this pair needs Docker, which this rehearsal does without"
            waive(stand.workshop, package, version=version, waiver=Waiver(key, "rehearsal", reason))


def _aim(stand: Stand, package: Package, pipeline: Pipeline) -> str | None:
    if pipeline != "rc":
        return None
    standing = stand.workshop.standing(package)
    return str(next_base(stated=standing.stated, taken=standing.taken))


def _records(stand: Stand, package: Package) -> dict[str, Record]:
    ledger = stand.workshop.ledger(package)
    return {version: record(ledger.read(version)) for version in ledger.versions()}


def _record(stand: Stand, package: Package, version: str) -> Record:
    return record(stand.workshop.ledger(package).read(str(Version(version))))


def _plants() -> dict[str, dict[str, str]]:
    text = (examples() / "plants.toml").read_text(encoding="utf-8")
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
