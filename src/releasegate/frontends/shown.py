"""What stands around every task: the screen, how loud it is, and how a command ends."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.parser.argument import Argument
from invoke.tasks import Task

from releasegate.frontends.arguments import answers_help, needs_value
from releasegate.frontends.loading import loads_quickly
from releasegate.frontends.options import LETTERS, SPEAKING, Given, loudness

if TYPE_CHECKING:
    from releasegate.core.errors import Again
    from releasegate.core.report.model import ReportKind
    from releasegate.frontends.proposals import FrontEnd
    from releasegate.frontends.screen.console import Screen

PREFIX = "releasegate"
"""What invoke's configuration is called where the command ``releasegate`` was typed, and not ``invoke``."""

_ASKED: ContextVar[Given] = ContextVar("_ASKED", default={})  # noqa: B039 - it is replaced, never changed
"""The options of the command that runs which are every command's."""


@contextmanager
def shown(
    context: Context,
    kind: ReportKind = "run",
    *,
    as_json: bool = False,
    options: Given | None = None,
    again: Again = "anew",
) -> Iterator[Screen]:
    """Yield the screen; an error that has a message becomes that message and its exit code.

    At the end the command's report is told in every form that is asked for: *kind* is what it is a report of. How loud
    it is say *options*, those of the task that runs if left out; *again* is what becomes of the command where it is
    ended and typed once more.
    """
    with loads_quickly():
        yield from _shown(context, kind, as_json=as_json, options=options, again=again)


def _shown(
    context: Context, kind: ReportKind, *, as_json: bool, options: Given | None, again: Again
) -> Iterator[Screen]:
    from releasegate.adapters.transcript import heard_by
    from releasegate.core.errors import Interrupted, Unavailable
    from releasegate.frontends.endings import as_told, finish_output, nobody_reads
    from releasegate.frontends.screen.console import Screen, clean_up_when_ended

    typed: FrontEnd = "releasegate" if context.config.prefix == PREFIX else "invoke"
    screen = Screen(as_json=as_json, kind=kind, typed=typed)
    clean_up_when_ended()
    try:
        with heard_by(screen):
            screen.loudness = loudness(_ASKED.get() if options is None else options)
            _refuse_dry(context)
            screen.works()
            yield screen
        screen.rests()
        screen.tell_forms()
    except Exit:
        raise
    except Exception as error:  # noqa: BLE001 - nobody is shown a traceback
        # Who has seen enough of what only looks, or begins anew, is told nothing; of a release that it was ended.
        if again == "anew" and nobody_reads(error):
            raise Exit(code=Unavailable.exit_code) from None
        finish_output()  # a pipe that nobody reads is not written to again
        screen.error(told := as_told(error))
        screen.tell_forms(told)
        raise Exit(code=told.exit_code) from None
    except KeyboardInterrupt:
        screen.error(ended := Interrupted(again=again))
        screen.tell_forms(ended)
        raise Exit(code=ended.exit_code) from None
    finally:
        screen.rests()
        screen.names_log()
        finish_output()


class SpokenTask(Task[Any]):
    """A task with the options that every command has: how loud it is."""

    def __init__(self, task: Task[Any]) -> None:
        body = task.body

        @functools.wraps(body)
        def run(context: Context, **given: Any) -> Any:
            token = _ASKED.set({option.name: given.pop(option.name) for option in SPEAKING})
            try:
                return body(context, **given)
            finally:
                _ASKED.reset(token)

        known = inspect.signature(body).parameters.values()
        every = [inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=False) for each in SPEAKING]
        run.__signature__ = inspect.Signature([*known, *every])  # type: ignore[attr-defined]
        words = {option.name: option.help for option in SPEAKING}
        super().__init__(
            run,
            name=task.name,
            positional=task.positional,
            iterable=task.iterable,
            help={**task.help, **words},
            # A letter that nobody chose means one thing in one command and another in the next.
            auto_shortflags=False,
        )

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:  # noqa: FBT001 - invoke's
        """Return the task's options; invoke would take the words of help away from it."""
        words = dict(self.help)
        found = super().get_arguments(ignore_unknown_help)
        self.help = words
        return [answers_help(needs_value(each), self) for each in found]

    def arg_opts(self, name: str, default: str, taken_names: set[str]) -> dict[str, Any]:
        """Add the letter that an option has in every command."""
        found = super().arg_opts(name, default, taken_names)
        found["names"] += [LETTERS[name]] if name in LETTERS else []
        return found


def _refuse_dry(context: Context) -> None:
    """Refuse a flag of invoke: it would leave out its own shell commands only, and there are none here."""
    from releasegate.core.errors import ConfigurationError

    if context.config.run.dry:
        raise ConfigurationError(
            "invoke's --dry keeps no task from doing what it does.",
            hint="Leave it out; with --plan, invoke release prints its steps and runs none",
        )
