"""``invoke pairs``: what was proven with what, and whether a version may go out."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.specifiers import SpecifierSet

from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Settings
from releasegate.core.errors import ConfigurationError
from releasegate.core.pairs.matrix import PackageVersion, Pairs
from releasegate.core.pairs.question import answer
from releasegate.core.release.versions import parse_version
from releasegate.core.report.model import PairAnswer, Report
from releasegate.steps.pairs import commands, question
from releasegate.steps.pairs import pairs as known_pairs

LAST = 3
"""How many released versions of each package are shown where nobody says."""

_CODES = {"green": 0, "red": 4, "unknown": 75}
"""How the question ends: as a gate that failed, and as what is not known yet."""


def matrix(workspace: Workspace, *, last: int | None) -> Report:
    """Return the matrix: what is proven, and the *last* released versions of each side that accept each other.

    Where nobody says how far back, all that is proven is shown.

    Raises:
        Unavailable: an index does not answer.
        ConfigurationError: no package has a companion.
    """
    known = _known(workspace)
    shown = dict.fromkeys([*_proven(known, last), *_released(workspace.project.settings, known, last or LAST)])
    order = sorted(shown, key=lambda both: (both[0][0], both[1][0], both[0][1], both[1][1]), reverse=True)
    rows = [row for both in order for row in known.rows(*both)]
    return Report("pairs", pairs=tuple(sorted(rows, key=lambda row: (row.package, row.companion))))


_COMPARING = ("<", ">", "~", "!")
"""Ends of a name that was written as a requirement: a question is about one version."""


def may_go_out(workspace: Workspace, text: str, *, last: int | None) -> Report:
    """Return the answer whether the version that *text* names may go out, for all that is released and accepts it.

    Raises:
        Unavailable: an index does not answer.
        ConfigurationError: *text* names no version of a package with a companion or a dependent, or none that there is.
    """
    name, _, number = (part.strip() for part in text.replace("==", "=", 1).partition("="))
    version = parse_version(number)
    if not name or version is None or name.endswith(_COMPARING):
        raise ConfigurationError(f"{text!r} names no version.", hint="Write --for NAME==VERSION")
    (package,) = workspace.project.select(name)
    known, run = _known(workspace), workspace.run_context()
    if not any(package.name in {one, *others} for one, others in known.edges.items()):
        raise ConfigurationError(f"{package.name} runs with no other package.", hint="It may go out by its own gates")
    key = (package.name, version)
    staged = run.indexes[run.settings.staging].versions(package.name)
    if version not in {*known.released[package.name], *staged} and key not in known.candidates:
        raise ConfigurationError(
            f"No index holds {package.name} {version}, and it has no proven candidate.",
            hint=f"Name one that there is: invoke status --package {package.name}",
        )
    said = answer(known, question(run.settings, package.name, version, back=last))
    lines = commands(run, known, said)
    told = PairAnswer(package.name, str(version), said.verdict, lines)
    return Report("pairs", pairs=said.rows, answer=told, exit_code=_CODES[said.verdict])


def _known(workspace: Workspace) -> Pairs:
    known = known_pairs(workspace.run_context())
    if not known.edges:
        raise ConfigurationError(
            "No package has a companion, so nothing is proven with anything.",
            hint="Set companion in [[tool.releasegate.packages]] of the one that calls the other",
        )
    return known


def _proven(known: Pairs, last: int | None) -> Iterable[tuple[PackageVersion, PackageVersion]]:
    """Yield what is proven with what, as far back as the *last* released version of each."""
    oldest = {name: versions[:last][-1] for name, versions in known.released.items() if last and versions}
    return (both for both in known.known() if all(oldest.get(name, version) <= version for name, version in both))


def _released(settings: Settings, known: Pairs, last: int) -> Iterable[tuple[PackageVersion, PackageVersion]]:
    """Yield every two of the *last* released versions of which one accepts the other."""
    for (package, name), companion in settings.edges.items():
        accepted = SpecifierSet(companion.requires)
        fitting = [v for v in known.released[name] if accepted.contains(v, prereleases=True)]
        yield from (
            ((package, one), (name, other)) for one in known.released[package][:last] for other in fitting[:last]
        )
