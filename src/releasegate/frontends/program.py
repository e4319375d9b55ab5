"""The command ``releasegate``: the tasks and the single gates, where no tasks.py and no noxfile are or may be loaded.

It ends with the documented exit codes, for its own arguments too: invoke itself ends with 1 for those.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Mapping
from copy import deepcopy
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from invoke.collection import Collection
from invoke.config import Config
from invoke.context import Context
from invoke.exceptions import Exit, ParseError
from invoke.parser.argument import Argument
from invoke.parser.parser import Parser
from invoke.program import Program
from invoke.tasks import Task

from releasegate.core.nearest import meant
from releasegate.frontends import completion
from releasegate.frontends.arguments import needs_value
from releasegate.frontends.invoke import ns
from releasegate.frontends.options import E2E, GATES, Gate, Option
from releasegate.frontends.shown import PREFIX, shown
from releasegate.frontends.usage_errors import WrongWords

if TYPE_CHECKING:
    from releasegate.core.report.model import ReportKind

_NAME = "releasegate"
_SESSIONS = {gate.name: gate.command for gate in GATES}


class _GateTask(Task[Any]):
    """A single gate as a command; its options are those of the Nox session."""

    def __init__(self, gate: Gate) -> None:
        def body(context: Context, **given: Any) -> None:
            with shown(context, options=given) as screen:
                from releasegate.frontends.commands.single_gates import exit_code, judge

                options = self.gate.options
                failed = judge(gate, {option.name: _value(option, given[option.name]) for option in options}, screen)
            if failed:
                raise Exit(code=exit_code(failed))

        super().__init__(body, name=gate.command, positional=())
        self.gate = gate
        self.__doc__ = f"{gate.title}\n\nExample: {_NAME} {gate.command} {gate.example}"

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:  # noqa: ARG002, FBT001 - invoke's
        """Return the gate's options in invoke's words."""
        kinds = {"none": bool, "many": list}
        return [
            needs_value(
                Argument(
                    names=(option.flag.removeprefix("--"), *([option.short.removeprefix("-")] if option.short else [])),
                    attr_name=option.name if "_" in option.name else None,
                    kind=kinds.get(option.takes, str),
                    default={"none": False}.get(option.takes, option.default),
                    help=option.help,
                    optional=option.takes == "maybe",
                )
            )
            for option in self.gate.options
        ]


def _value(option: Option, given: Any) -> Any:
    """Return what was given for an option; raises ``ConfigurationError`` for a word that it does not know."""
    if given is True and option.words:
        return option.words[0]
    if given is not None and option.words and given not in option.words:
        from releasegate.core.errors import ConfigurationError

        raise ConfigurationError(f"{option.flag} does not know {given}.", hint=meant(given, option.words))
    return given


class _OwnConfig(Config):
    """invoke's configuration without anybody's files and variables: they are about shell commands, and none is run."""

    prefix = PREFIX

    def load_base_conf_files(self) -> None:
        """Read no file."""

    def load_shell_env(self) -> None:
        """Read no variable."""


class Releasegate(Program):
    """invoke's program over releasegate's own commands, with its own last words."""

    examples: ClassVar = ("adopt .", "versions", "status", "release --rc --plan")

    def __init__(self) -> None:
        commands = Collection(_NAME)
        # Copies, because invoke takes the words of help away from a task that it parses for.
        gates = {gate.name: _GateTask(gate) for gate in GATES}
        for each in (*deepcopy(ns).tasks.values(), *gates.values()):
            commands.add_task(each)
        self._end_to_end = gates[E2E.name]
        self._made: Parser | None = None
        super().__init__(namespace=commands, name=_NAME, binary=_NAME, binary_names=[_NAME], config_class=_OwnConfig)

    def core_args(self) -> list[Argument]:
        """Return the options that make sense without a command; invoke's own are about shell commands."""
        return [
            Argument(names=("help", "h"), optional=True, help="Show this, or what a command takes."),
            Argument(names=("list", "l"), kind=bool, default=False, help="List the commands."),
            Argument(names=("version", "V"), kind=bool, default=False, help="Show the version."),
            *completion.arguments(),
        ]

    def run(self, argv: list[str] | None = None, exit: bool = True) -> None:  # noqa: A002, FBT001, FBT002 - invoke's
        """Run what *argv* says, and end the process with its exit code."""
        code = 0
        try:
            try:
                self._answer(argv)
            except Exit as ended:
                code = ended.code
            if not code:  # what was held back until now is written, or told to have nowhere to go
                sys.stdout.flush()
        except Exception as error:  # noqa: BLE001 - nobody is shown a traceback
            code = self._told(error)
        from releasegate.frontends.endings import finish_output

        finish_output()
        if exit:
            sys.exit(code)

    def _told(self, error: Exception) -> int:
        """Show what is wrong with the arguments, or was met before a command, and return the exit code."""
        from releasegate.frontends.endings import as_told, finish_output, nobody_reads
        from releasegate.frontends.screen.console import Screen

        told = self._wrong_words().told(error) if isinstance(error, ParseError) else as_told(error)
        if not nobody_reads(error):
            finish_output()  # a disk that is full of it keeps nothing back from what is told now
            screen = Screen(as_json="--json" in self.argv, kind=_kind_of(self.argv[1:]), typed="releasegate")
            screen.error(told)
            screen.tell_forms(told)
        return told.exit_code

    def _answer(self, argv: list[str] | None) -> None:
        self.create_config()
        self.parse_core(argv)
        self.parse_collection()
        self.parse_tasks()
        self.parse_cleanup()
        self.execute()

    def parse_core(self, argv: list[str] | None) -> None:
        """Read what stands before the first command."""
        self.normalize_argv(argv)
        self.parse_core_args()
        self._tell_version()
        completion.tell_script(self)

    def parse_collection(self) -> None:
        """Read which commands there are; the end-to-end gate has the options of the stack that is configured here."""
        if E2E.command in self.argv:
            from pathlib import Path

            from releasegate.frontends.stack_options import here

            self._end_to_end.gate = here(self._end_to_end.gate, Path.cwd())
        super().parse_collection()

    def parse_tasks(self) -> None:
        """Read the commands and their options."""
        self.core.unparsed = _spelt_out(self.core.unparsed)
        self.parser = self._make_parser()
        contexts = self.parser.contexts
        first, *more = [*self.core.unparsed, ""]
        if first in contexts and contexts[first].positional_args and {"--help", "-h"} & {*more}:
            # It would be taken for the name that the command needs.
            self.print_task_help(first)
            raise Exit
        words = self._wrong_words()
        if (wrong := words.mistyped(self.core.unparsed)) is not None:
            raise wrong
        super().parse_tasks()
        if len(self.tasks) > 1:
            raise words.several([str(task.name) for task in self.tasks])

    def parse_cleanup(self) -> None:
        """Answer what only asks for words: help, the list, nothing at all."""
        self._tell_version()
        completion.tell_words(self)
        topic = self.args.help.value
        if isinstance(topic, str):
            topic = _SESSIONS.get(topic, topic)
            if topic not in self.parser.contexts:
                raise ParseError(f"No idea what {topic!r} is!")
            self.print_task_help(topic)
            raise Exit
        if topic or self.args.list.value or not self.tasks:
            self.print_help()
            raise Exit

    def _tell_version(self) -> None:
        if self.args.version.value:
            from releasegate.about import version

            print(f"{_NAME} {version()}")  # noqa: T201
            raise Exit

    def print_help(self) -> None:
        """Print the commands and the options."""
        print(f"Usage: {_NAME} [--help] COMMAND [OPTIONS]\n")  # noqa: T201
        self.list_tasks()
        print("Options:\n")  # noqa: T201
        self.print_columns(self.initial_context.help_tuples())
        print("Examples:\n", *(f"  {_NAME} {example}" for example in self.examples), "", sep="\n")  # noqa: T201

    def print_task_help(self, name: str) -> None:
        """Print what a command does, with an example, and its options."""
        from releasegate.frontends.screen.terminal_text import explained, width_of

        words = (inspect.getdoc(self.collection[name]) or "").replace("Example: invoke", f"Example: {_NAME}")
        shown = explained(words, width_of(sys.stdout, os.environ))
        print(f"Usage: {_NAME} {name} [OPTIONS]\n\n{shown}\n")  # noqa: T201
        print("Options:\n")  # noqa: T201
        task = self.collection[name]
        gate = task.gate if isinstance(task, _GateTask) else None
        known = self.parser.contexts[name].help_tuples()
        self.print_columns([(option.usage, option.help) for option in gate.options] if gate is not None else known)

    def _wrong_words(self) -> WrongWords:
        # What stands before a command is read before there are any.
        contexts = self._made.contexts if self._made is not None else {}
        return WrongWords(self.argv, contexts, self.initial_context)

    def _make_parser(self) -> Parser:
        # Once: it takes the words of help away from the tasks.
        self._made = self._made or super()._make_parser()
        return self._made


def _kind_of(words: list[str]) -> ReportKind:
    """Return what the command would have been a report of whose words are wrong."""
    command = next((word for word in words if word in _KINDS), "")
    return "plan" if command == "release" and "--plan" in words else _KINDS.get(command, "run")


_KINDS: Mapping[str, ReportKind] = {
    "release": "run",
    "status": "status",
    "show": "record",
    "doctor": "doctor",
    "pairs": "pairs",
    "watch": "watch",
}
"""What each command that has ``--json`` is a report of."""

_TAKES = frozenset({"--path", "--table"})
"""The options of ``adopt`` that take a word."""


def _spelt_out(words: list[str]) -> list[str]:
    """Return *words* as invoke's grammar has them.

    A command has no underscores there, and no argument that may be left out: the folder of ``adopt`` is one.
    """
    spelt = [
        _SESSIONS.get(word, word) if not before.startswith("-") else word for before, word in pairwise(["", *words])
    ]
    if spelt[:1] != ["adopt"]:
        return spelt
    known = [[w] if w.startswith("-") or before in _TAKES else ["--path", w] for before, w in pairwise(spelt)]
    options = [word for each in known for word in each]
    named = any(word == "--path" or word.startswith("--path=") for word in options)
    return ["adopt", *([] if named else ["--path", "."]), *options]
