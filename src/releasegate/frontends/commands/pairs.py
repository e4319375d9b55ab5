"""What ``invoke pairs`` shows, and the table that it keeps in a page."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from releasegate.app import pairs as proven
from releasegate.app.workspace import RunOptions, open_workspace
from releasegate.core.errors import ConfigurationError, GateFailed, ReleasegateError
from releasegate.core.pairs.table import with_table
from releasegate.core.report import markdown, terminal
from releasegate.core.report.model import PairRow, Report
from releasegate.frontends.commands.status import require_one_form
from releasegate.frontends.proposals import in_report
from releasegate.frontends.screen.console import Screen


@dataclass(frozen=True)
class PairsWish:
    """What is asked of the matrix, as it was typed."""

    asked: str = ""
    last: str = ""
    write: str = ""
    check: str = ""
    markdown: bool = False

    def counted(self) -> int | None:
        """Return how many versions are asked for; raises ``ConfigurationError`` where the options make no sense."""
        if self.write and self.check:
            raise ConfigurationError("--check writes nothing, and --write does.", hint="Say one of them")
        if self.asked and (self.write or self.check):
            raise ConfigurationError("--for is a question, and a page holds the table.", hint="Leave one of them out")
        if self.last and not (self.last.isascii() and self.last.isdigit() and int(self.last[:9]) > 0):
            raise ConfigurationError(f"--last counts versions, and {self.last!r} is no count.", hint="Write --last 3")
        return int(self.last[:9]) if self.last else None


def pairs(screen: Screen, wish: PairsWish) -> int:
    """Show what is proven with what, or answer what is asked; return the exit code of the answer.

    Raises:
        ReleasegateError: an index does not answer, the page has no markers, or it holds another table.
    """
    require_one_form(screen, as_markdown=wish.markdown)
    last = wish.counted()
    workspace = replace(open_workspace(Path.cwd(), dict(os.environ), screen, RunOptions()), asked={})
    for package in workspace.project.settings.packages:
        try:
            workspace.pull(package)
        except ReleasegateError as error:
            screen.tell(f"Other machines' evidence on {package.name} is not known: {error.problem}")
    report = proven.may_go_out(workspace, wish.asked, last=last) if wish.asked else proven.matrix(workspace, last=last)
    screen.report = report = in_report(report, screen.names)
    if wish.write or wish.check:
        _page(screen, wish, report.pairs)
    elif wish.markdown:
        page = markdown.text(report) if report.answer is not None else "\n".join(markdown.pairs(report.pairs))
        screen.say(page.rstrip())
    else:
        _lines(screen, report)
    return report.exit_code


def _lines(screen: Screen, report: Report) -> None:
    screen.lines(terminal.pairs(report.pairs))
    if report.answer is not None:
        screen.lines(terminal.answer(report.answer))
    elif not report.pairs:
        screen.tell("Nothing is proven yet, and nothing is released.")


def _page(screen: Screen, wish: PairsWish, rows: tuple[PairRow, ...]) -> None:
    """Write the table into its page, or see whether it is there."""
    path = Path(wish.write or wish.check)
    try:
        held = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or "it is no UTF-8"
        raise ConfigurationError(f"{path} cannot be read: {reason}.", hint="Name a page that is there") from None
    wanted = with_table(held, rows, where=str(path))
    if wish.write and wanted != held:
        path.write_bytes(wanted.encode())
        screen.tell(f"wrote {path}")
    elif wanted != held:
        raise GateFailed(
            f"The table of pairs in {path} is not what the records say.",
            hint=f"Write it anew and commit it: releasegate pairs --write {path}",
        )
    else:
        screen.tell(f"{path} holds what the records say")
