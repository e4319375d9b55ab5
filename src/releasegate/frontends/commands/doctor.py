"""What ``invoke doctor`` shows: every answer about what would be released next."""

from __future__ import annotations

from collections.abc import Sequence

from releasegate.app.examine import examine
from releasegate.app.reports import answers_of, questions_of
from releasegate.core.release.plan import PipelineName
from releasegate.core.report import terminal
from releasegate.core.report.model import PackageReport, QuestionReport, Report
from releasegate.frontends.commands.status import looking
from releasegate.frontends.screen.console import Screen
from releasegate.steps.preflight.preflight import exit_code
from releasegate.steps.preflight.question import Answer


def doctor(screen: Screen, *, package: str) -> int:
    """Print every answer about the next release of each package; return the exit code of the worst one."""
    workspace, found, reports = looking(screen), list[Answer](), list[PackageReport]()
    packages, before = workspace.project.select(package or None), dict[str, PipelineName]()
    for number, each in enumerate(packages, start=1):
        screen.at(number, len(packages), f"asking what a release of {each.name} needs")
        asked = examine(workspace, each, before=before)
        answers, before = asked.answers, {**before, each.name: asked.pipeline}
        asked_of = PackageReport(each.name, in_the_way=answers_of(answers), questions=questions_of(answers))
        reports.append(screen.proposes(asked_of))
        questions = reports[-1].questions
        screen.tell(f"{each.name}: {_summary(questions)}")
        well, more = screen.loudness != "quiet", screen.loudness == "loud"
        screen.lines(terminal.questions(questions, well=well, more=more))
        found += answers
        screen.report = Report("doctor", tuple(reports), exit_code=exit_code(found))
    return exit_code(found)


def _summary(questions: Sequence[QuestionReport]) -> str:
    """Return in words whether something is in the way."""
    wrong = sum(each.problem is not None for each in questions)
    return f"{wrong} of {len(questions)} answers are in the way" if wrong else f"all {len(questions)} answers are well"
