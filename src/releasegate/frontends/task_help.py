"""Help where it is typed: ``invoke verify --help``, too, where invoke takes the word for the name that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from invoke.collection import Collection
from invoke.exceptions import Exit
from invoke.parser.argument import Argument
from invoke.parser.parser import Parser
from invoke.program import Program
from invoke.tasks import Task

_WORDS = frozenset({"--help", "-h"})


class Named(Argument):
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
    named = Named(names=argument.names, kind=argument.kind, help=argument.help, positional=True)

    def answer() -> None:
        # A function, because invoke copies arguments deeply, and a task is not to be copied with them.
        program = Program(binary="inv[oke]")
        program.collection = Collection(task)
        program.parser = Parser(program.collection.to_contexts())
        program.print_task_help(program.collection.transform(str(task.name)))

    named.answer = answer
    return named
