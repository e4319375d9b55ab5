"""What an option or a name of a task is given: a word that is not empty, and help in the place of a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from invoke.collection import Collection
from invoke.exceptions import Exit, ParseError
from invoke.parser.argument import Argument
from invoke.parser.parser import Parser
from invoke.program import Program
from invoke.tasks import Task

_WORDS = frozenset({"--help", "-h"})


class Worded(Argument):
    """An option whose word is not empty: one is what a variable of a shell leaves that nobody has set."""

    def set_value(self, value: Any, cast: bool = True) -> None:  # noqa: FBT001, FBT002 - invoke's
        """Take *value*; raises ``ParseError`` where it is as good as none."""
        if value == "":
            raise ParseError(f"Flag {self!r} needed value and was not given one!")
        super().set_value(value, cast)

    def __repr__(self) -> str:
        """Name it as invoke does."""
        return super().__repr__().replace(type(self).__name__, "Argument", 1)


def needs_value(argument: Argument) -> Argument:
    """Let an option that takes a word be refused without one: left out at the end, or an empty one."""
    if argument.kind is bool:
        return argument
    worded = Worded(
        names=argument.names,
        kind=argument.kind,
        default=argument.default,
        help=argument.help,
        positional=argument.positional,
        optional=argument.optional,
        attr_name=argument.attr_name,
    )
    if worded.kind is list:
        # Its empty list would pass for a value.
        worded.raw_value = None
    return worded


class Named(Worded):
    """An argument without a flag of its own; a word that asks for help is answered, and not taken for its value."""

    answer: Callable[[], None]

    def set_value(self, value: Any, cast: bool = True) -> None:  # noqa: FBT001, FBT002 - invoke's
        """Take *value*; raises ``Exit`` after the help, where that is what was asked for."""
        if value in _WORDS:
            self.answer()
            raise Exit(code=0)
        super().set_value(value, cast)


def answers_help(argument: Argument, task: Task[Any]) -> Argument:
    """Let a positional *argument* of *task* print the task's help where that is asked for in its place."""
    if not argument.positional:
        return argument
    named = Named(
        names=argument.names, kind=argument.kind, help=argument.help, positional=True, attr_name=argument.attr_name
    )

    def answer() -> None:
        # A function, because invoke copies arguments deeply, and a task is not to be copied with them.
        program = Program(binary="inv[oke]")
        program.collection = Collection(task)
        program.parser = Parser(program.collection.to_contexts())
        program.print_task_help(program.collection.transform(str(task.name)))

    named.answer = answer
    return named
