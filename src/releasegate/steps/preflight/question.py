"""What a question of the preflight is, which inquiries it is about, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from releasegate.core.errors import ReleasegateError
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.core.release.plan import PipelineName
    from releasegate.steps.release import Release, Role


@dataclass(frozen=True)
class Inquiry:
    """What the questions are about: a release and its pipeline.

    Where no release can be planned, ``unplanned`` says why, and where there is none until something is committed,
    ``idle`` says what stands; *release* only names the package then. ``before`` are the packages that the same order
    releases first. ``proposed`` is a commit that nobody releases from here: of it alone is asked, and not of the
    branch, the tokens and the machine.
    """

    release: Release
    pipeline: PipelineName
    unplanned: ReleasegateError | None = None
    idle: str = ""
    before: frozenset[str] = frozenset()
    proposed: bool = False

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles of the indexes that the pipeline uploads to."""
        by_pipeline: dict[PipelineName, tuple[Role, ...]] = {
            "rc": ("staging",),
            "final": ("production",),
            "post": ("staging", "production"),
        }
        return by_pipeline[self.pipeline]


@dataclass(frozen=True)
class Caution:
    """What was found is told to whoever releases, and keeps nothing from being begun."""

    said: str


@dataclass(frozen=True)
class Found:
    """What was found, and ``more`` lines that are told where somebody wants to see more."""

    said: str
    more: tuple[str, ...] = ()

    def __str__(self) -> str:
        """What was found."""
        return self.said


@dataclass(frozen=True)
class Question:
    """One thing that must be so: ``ask`` returns what was found, in words, or raises what to do.

    ``about`` says for which inquiries it is asked at all.
    """

    key: str
    ask: Callable[[Inquiry], str | Caution | Found]
    about: Callable[[Inquiry], bool] = lambda _: True


@dataclass(frozen=True)
class Answer:
    """What came of a question: what was found, or the error that says what to do; a caution is told in any case.

    ``more`` are lines for whoever wants to see more.
    """

    key: str
    found: str
    error: ReleasegateError | None = None
    caution: bool = False
    more: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line: the question, what was found, and what to do about it."""
        if self.error is None:
            return f"{self.key}: {self.found}"
        more = f" ({'; '.join(self.error.details[:3])})" if self.error.details else ""
        return f"{self.key}: {self.error.problem}{more} -> {self.error.hint}"


def answer(key: str, ask: Callable[[], str | Caution | Found]) -> Answer:
    """Return what came of asking: an error is an answer, too."""
    try:
        found = ask()
    except ReleasegateError as error:
        return Answer(key, "", error)
    if isinstance(found, Caution):
        return Answer(key, found.said, caution=True)
    return Answer(key, found) if isinstance(found, str) else Answer(key, found.said, more=found.more)


def planned(inquiry: Inquiry) -> bool:
    """Whether a release can be planned."""
    return inquiry.unplanned is None and not inquiry.idle


def final(inquiry: Inquiry) -> bool:
    """Whether that is a final."""
    return planned(inquiry) and inquiry.pipeline == "final"


def known_beside(inquiry: Inquiry) -> bool:
    """Whether what it is run with can be told: a final's companions are those of its candidate."""
    return planned(inquiry) or inquiry.pipeline != "final"


def noted(inquiry: Inquiry) -> bool:
    """Whether the configuration names its release notes."""
    return planned(inquiry) and inquiry.release.package.release_notes is not None


def to_production(inquiry: Inquiry) -> bool:
    """Whether it uploads to the production index."""
    return "production" in inquiry.roles


def asks_forge(inquiry: Inquiry) -> bool:
    """Whether there is a forge to ask, or one must be."""
    return to_production(inquiry) or (inquiry.release.run.part is None and inquiry.release.ports.forge is not None)


def publishes(inquiry: Inquiry) -> bool:
    """Whether this run, or its part, publishes."""
    part = inquiry.release.run.part
    return part is None or part.publishes


def judges(inquiry: Inquiry) -> bool:
    """Whether this run, or its part, judges."""
    part = inquiry.release.run.part
    return part is None or part.judges


def contained(inquiry: Inquiry) -> bool:
    """Whether containers judge it."""
    return judges(inquiry) and inquiry.release.run.settings.in_stack(inquiry.release.package.name)
