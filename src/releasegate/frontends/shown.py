"""What stands around every task: the screen, and how a command ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.exceptions import Exit

if TYPE_CHECKING:
    from releasegate.core.report.model import ReportKind
    from releasegate.frontends.console import Screen


@contextmanager
def shown(context: Context, kind: ReportKind = "run", *, as_json: bool = False) -> Iterator[Screen]:
    """Yield the screen; an error that has a message becomes that message and its exit code.

    At the end the command's report is told in every form that is asked for: *kind* is what it is a report of.
    """
    from releasegate.core.errors import Interrupted
    from releasegate.frontends.console import Screen, clean_up_when_ended
    from releasegate.frontends.endings import as_told, finish_output

    screen = Screen(as_json=as_json, kind=kind)
    clean_up_when_ended()
    try:
        _refuse_dry(context)
        yield screen
        screen.tell_forms()
    except Exit:
        raise
    except Exception as error:  # noqa: BLE001 - nobody is shown a traceback
        screen.error(told := as_told(error))
        screen.tell_forms(told)
        raise Exit(code=told.exit_code) from None
    except KeyboardInterrupt:
        screen.error(ended := Interrupted())
        screen.tell_forms(ended)
        raise Exit(code=ended.exit_code) from None
    finally:
        screen.rests()
        finish_output()


def _refuse_dry(context: Context) -> None:
    """Refuse a flag of invoke: it would leave out its own shell commands only, and there are none here."""
    from releasegate.core.errors import ConfigurationError

    if context.config.run.dry:
        raise ConfigurationError(
            "invoke's --dry keeps no task from doing what it does.",
            hint="Leave it out; with --plan, invoke release prints its steps and runs none",
        )
