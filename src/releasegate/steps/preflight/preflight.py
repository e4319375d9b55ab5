"""The preflight: all questions are asked before anything is changed, and told together.

A release asks them before its first commit; ``--plan``, ``status`` and ``doctor`` show the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from releasegate.core.errors import GateFailed, ReleasegateError, worst
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import MORE, TOLD, Evidence
from releasegate.core.release.plan import PipelineName
from releasegate.steps.preflight.doctor_questions import QUESTIONS
from releasegate.steps.preflight.question import Answer, Inquiry, answer
from releasegate.steps.step import ReleaseStep

OF_A_PROPOSAL = frozenset({"version files", "other publishers", "tables", "indexes", "plan", "number"})
"""The questions about a commit itself; what is only due when its candidate is made (notes, a companion) is no fault."""


@dataclass(frozen=True)
class Preflight(ReleaseStep):
    """All that can be known before anything is changed speaks for the release."""

    pipeline: PipelineName
    key: ClassVar[str] = "preflight"
    uses: ClassVar[frozenset[str]] = frozenset(
        {
            "repository",
            "ledger",
            "forge",
            "branch_forge",
            "indexes",
            "consumed",
            "companion_sources",
            "machine",
            "clock",
        }
    )

    def describe(self) -> str:
        return f"ask all that can be known before {self.release.version} changes anything"

    def subject(self) -> str:
        return self.release.ports.repository.head()

    def run(self) -> Evidence:
        found = answers(Inquiry(self.release, self.pipeline))
        # A verdict on the release is its own gate's, which gives it before anything is changed, too.
        require([each for each in found if not isinstance(each.error, GateFailed)])
        # Who names a companion is told of each run: it is what the pair is judged by.
        named = {"companion"} if self.release.package.companions else set[str]()
        told = [str(each) for each in found if each.caution or each.key in named]
        more = [f"{each.key}: {line}" for each in found for line in each.more]
        lines = {key: shown for key, shown in ((TOLD, told), (MORE, more)) if shown}
        return {**{each.key: each.found for each in found if each.error is None}, **lines}


def answers(inquiry: Inquiry) -> tuple[Answer, ...]:
    """Return the answer to every question of ``QUESTIONS`` that is about *inquiry*; nothing is changed.

    What one question has met already (an index that is away, say) is not told again by the next.
    """
    found: list[Answer] = []
    for question in QUESTIONS:
        if question.about(inquiry) and (not inquiry.proposed or question.key in OF_A_PROPOSAL):
            made = answer(question.key, partial(question.ask, inquiry))
            if made.error is None or str(made.error) not in {str(each.error) for each in found}:
                found.append(made)
    return tuple(found)


def worth_telling(found: Sequence[Answer]) -> tuple[Answer, ...]:
    """Return the answers that keep a release from being begun, and those that are told in any case."""
    return tuple(answer for answer in found if answer.error is not None or answer.caution)


def in_the_way(found: Sequence[Answer]) -> tuple[Answer, ...]:
    """Return the answers that keep a release from being begun."""
    return tuple(answer for answer in found if answer.error is not None)


def exit_code(found: Sequence[Answer]) -> int:
    """Return the exit code of the worst answer; 0 where all is well."""
    told = _worst(found)
    return told.exit_code if told is not None else 0


def require(found: Sequence[Answer]) -> None:
    """Raise what keeps a release from being begun: the one error, or all of them as one.

    Raises:
        ReleasegateError: an answer is an error; the exit code is that of the worst one.
    """
    wrong, told = in_the_way(found), _worst(found)
    if told is not None and len(wrong) == 1:
        raise told
    if told is not None:
        raise type(told)(
            f"{len(wrong)} things keep the release from being begun; nothing was changed.",
            hint="Mend each as its line says, then run the same command again",
            details=[line for each in wrong if each.error is not None for line in _lines(each.key, each.error)],
        )


def _lines(key: str, error: ReleasegateError) -> tuple[str, ...]:
    """Return what is told of one of several errors: each of its details is a line, which may be one to paste."""
    return f"{key}: {error.problem}", *(f"  {line}" for line in error.details), f"  -> {error.hint}"


def _worst(found: Sequence[Answer]) -> ReleasegateError | None:
    return worst(each.error for each in found if each.error is not None)
