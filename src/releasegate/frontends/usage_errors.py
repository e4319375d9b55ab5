"""What is wrong with the arguments of ``releasegate``, in its own words: invoke's say little."""

from __future__ import annotations

import ast
import re
import shlex
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from invoke.exceptions import ParseError
from invoke.parser.context import ParserContext

from releasegate.core.nearest import meant, nearest
from releasegate.frontends import completion
from releasegate.frontends.options import E2E

if TYPE_CHECKING:
    from releasegate.core.errors import ConfigurationError

_NAME = "releasegate"
_ELSEWHERE = {
    "bump": "release --rc",
    "candidate": "release --rc",
    "check": "versions",
    "final": "release",
    "init": "adopt",
    "matrix": "pairs",
    "next": "status",
    "plan": "release --rc --plan",
    "preflight": "doctor",
    "publish": "release",
    "setup": "adopt",
    "upload": "release",
}
"""What other tools call what a command does here."""

_ONE_DASH = re.compile(r"-([a-z][a-z-]+)(?:=.*)?", re.DOTALL)


@dataclass(frozen=True)
class WrongWords:
    """Tells of *argv*, whose commands are *contexts*, what is wrong; *core* are the options without a command."""

    argv: Sequence[str]
    contexts: Mapping[str, ParserContext]
    core: ParserContext

    def told(self, error: ParseError) -> ConfigurationError:
        """Return what is wrong with the arguments, in the words of this program."""
        said, context = str(error), error.context
        # An option's word is refused before it is known in which command.
        command = (context.name if context is not None else next(filter(self.contexts.get, self.argv), "")) or ""
        helps = " ".join(filter(None, [_NAME, command, "--help"]))
        if unknown := re.fullmatch(r"No idea what (.*) is!", said, re.DOTALL):
            return self._unknown(ast.literal_eval(unknown[1]), context or self.core)
        if missing := re.search(r"did not receive required positional arguments: (.*)", said):
            names = [each.strip("'").upper() for each in missing[1].split(", ")]
            return _wrong(f"{command} needs {' and '.join(names)}.", f"See an example: {helps}")
        if unfinished := re.match(r"Flag <Argument: ([\w-]+)", said):
            flag = f"--{unfinished[1].replace('_', '-')}"
            return _wrong(f"{flag} needs a value.", f"Write {flag} VALUE; see {helps}")
        if doubtful := re.match(r"'(.*)' is ambiguous", said, re.DOTALL):
            flag = self.argv[self.argv.index(doubtful[1]) - 1]
            return _wrong(f"{flag} does not take the word {doubtful[1]}.", f"See {helps}")
        return _wrong(f"{said.rstrip('.!')}.", f"See {helps}")

    def mistyped(self, words: Sequence[str]) -> ConfigurationError | None:
        """Return what is wrong with *words*, a command and its options, that invoke would take for something else."""
        command = next(iter(words), "")
        if command.partition(" ")[0] in self.contexts and command not in self.contexts:
            return _wrong(f"There is no command {command!r}.", f"Leave out the quotes: {_NAME} {command.strip()}")
        if "--" in self.argv and completion.FLAG not in self.argv:
            rest = shlex.join([_NAME, *(word for word in self.argv[1:] if word != "--")])
            return _wrong(f"{_NAME} takes no -- of its own.", f"Leave it out: {rest}")
        context = self.contexts.get(command)
        if context is None:
            return None
        for before, word, following in zip(words, words[1:], [*words[2:], ""], strict=False):
            taken = context.flags.get(before)
            if taken is not None and taken.takes_value and not taken.optional:
                continue
            if (wrong := self._option(word, following, context)) is not None:
                return wrong
        return None

    def _option(self, word: str, following: str, context: ParserContext) -> ConfigurationError | None:
        """Return what is wrong with a word that begins as an option does, and has the word *following*."""
        flag, equals, value = word.partition("=")
        name = context.name or ""
        if (typed := _ONE_DASH.fullmatch(word)) is not None and f"--{typed[1]}" in context.flags:
            return _wrong(f"{name} has no option -{typed[1]}.", f"Did you mean --{typed[1]}?")
        known = context.flags.get(flag)
        if known is not None and not known.takes_value and equals:
            return _valued(flag, value, context)
        if not flag.startswith("--") or known is not None or flag in context.inverse_flags:
            return None
        # What stands before a command may be asked for behind one, but takes no word there.
        is_alone = not following or following.startswith("-")
        is_before = flag in self.core.flags and (is_alone or flag == "--help")
        return None if is_before else self._no_option(flag, context)

    def several(self, commands: Sequence[str]) -> ConfigurationError:
        """Return that more than one command was typed."""
        first, second, *_ = commands
        return _wrong(
            f"{first} does not take the word {second}, and one command runs at a time.",
            f"Leave it out, or run it by itself: {_NAME} {second}",
        )

    def _unknown(self, word: str, context: ParserContext) -> ConfigurationError:
        flag = next((w for w in self.argv if w.startswith("--") and w.endswith(f"={word}")), "").partition("=")[0]
        if flag and word not in self.argv:
            return _twice(flag) if self._count(flag) > 1 else _valued(flag, word, context)
        return self._no_option(word, context) if word.startswith("-") else self._no_command(word)

    def _no_option(self, word: str, context: ParserContext) -> ConfigurationError:
        if word.startswith("--dry"):
            hint = f"{_NAME} release --plan prints the steps and runs none"
        elif not context.name and any(word in each.flags for each in self.contexts.values()):
            hint = f"Write it behind the command: {_NAME} COMMAND {word}"
        else:
            return no_option(context.name or _NAME, word, context.flags)
        return _wrong(f"{context.name or _NAME} has no option {word}.", hint)

    def _no_command(self, word: str) -> ConfigurationError:
        """Return that *word* is no command; behind one it is probably what an option was to take, or the option."""
        commands = sorted(self.contexts)
        # A word may have been spelt otherwise.
        at = self.argv.index(word) if word in self.argv else len(self.argv)
        before = next((each for each in reversed(self.argv[:at]) if each in commands), "")
        option = self.argv[at - 1] if 0 < at < len(self.argv) else ""
        if word == "help":
            about = before or next((each for each in self.argv[at + 1 :] if each in commands), "")
            return _wrong("There is no command help.", f"See {' '.join(filter(None, [_NAME, about, '--help']))}")
        if option.startswith("-") and self._count(option) > 1:
            return _twice(option)
        if before:
            return not_taken(before, word, self.contexts[before].flags, helps=f"{_NAME} {before} --help")
        said = f"There is no command {word if word.strip() else repr(word)}."
        return _wrong(said, self._by_another_name(word.lower(), commands) or meant(word, commands))

    def _by_another_name(self, word: str, commands: Sequence[str]) -> str:
        """Return what *word* is called here, or which command it is an option of; empty where it begins a command."""
        begun = any(name.startswith(word) for name in commands)
        having = [] if begun else [name for name in commands if f"--{word}" in self.contexts[name].flags]
        line = _ELSEWHERE.get(word, f"{having[0]} --{word}" if len(having) == 1 else "")
        return f"Did you mean {_NAME} {line}?" if line else ""

    def _count(self, flag: str) -> int:
        return sum(word.partition("=")[0] == flag for word in self.argv)


def no_option(command: str, word: str, flags: Iterable[str]) -> ConfigurationError:
    """Return that *command*, whose options are *flags*, has no option *word*."""
    if command == E2E.command:
        from releasegate.frontends.stack_options import of_any_stack, why_missing

        if (wrong := why_missing(Path.cwd())) is not None:
            return wrong
        if word in of_any_stack():
            return _wrong(
                f"{word} chooses cells of a stack that has it, and there is none here.",
                "Leave it out, or name that stack in the table [tool.releasegate.stack]",
            )
    known = sorted(flag for flag in flags if completion.is_for_people(flag))
    return _wrong(f"{command} has no option {word}.", meant(word, known))


def not_taken(command: str, word: str, flags: Iterable[str], *, helps: str) -> ConfigurationError:
    """Return that *command*, whose options are *flags*, takes no such *word*; *helps* is the line that tells more."""
    known = sorted(flag for flag in flags if completion.is_for_people(flag))
    if unicodedata.category(word[0]) == "Pd":
        # A word processor makes one dash of two.
        return _wrong(f"{command} has no option {word}.", meant(word.lstrip(word[0]), known))
    if near := nearest(word, known):
        return _wrong(f"{command} does not take the word {word}.", f"Did you mean {near}?")
    named = ", as in --package NAME" if "--package" in known else ""
    hint = f"Write the option that it belongs to before it{named}; see {helps}"
    return _wrong(f"{command} does not take the word {word}.", hint)


def _valued(flag: str, value: str, context: ParserContext) -> ConfigurationError:
    helps = " ".join(filter(None, [_NAME, context.name, "--help"]))
    return _wrong(f"{flag} takes no value.", f"Leave out ={value}; see {helps}")


def _twice(flag: str) -> ConfigurationError:
    return _wrong(f"{flag} is given twice.", "Give it once, or leave it out")


def _wrong(problem: str, hint: str) -> ConfigurationError:
    from releasegate.core.errors import ConfigurationError

    return ConfigurationError(problem, hint=hint)
