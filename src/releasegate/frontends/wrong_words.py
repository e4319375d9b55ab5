"""What is wrong with the arguments of ``releasegate``, in its own words: invoke's say little."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from invoke.exceptions import ParseError
from invoke.parser.context import ParserContext

from releasegate.core.nearest import meant
from releasegate.frontends import completion
from releasegate.frontends.options import SPEAKING

if TYPE_CHECKING:
    from releasegate.core.errors import ConfigurationError

_NAME = "releasegate"
_EVERYWHERE = {word for option in SPEAKING for word in (option.short, option.flag)}
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
        command = context.name if context is not None and context.name else ""
        helps = " ".join(filter(None, [_NAME, command, "--help"]))
        if unknown := re.fullmatch(r"No idea what (.*) is!", said, re.DOTALL):
            return self._unknown(ast.literal_eval(unknown[1]), context or self.core, command, helps)
        if missing := re.search(r"did not receive required positional arguments: (.*)", said):
            names = [each.strip("'").upper() for each in missing[1].split(", ")]
            return _wrong(f"{command} needs {' and '.join(names)}.", f"See an example: {helps}")
        if unfinished := re.match(r"Flag <Argument: ([\w-]+)", said):
            flag = f"--{unfinished[1].replace('_', '-')}"
            return _wrong(f"{flag} needs a value.", f"Write {flag} VALUE; see {helps}")
        return _wrong(f"{said.rstrip('.!')}.", f"See {helps}")

    def one_dash(self, command: str) -> ConfigurationError | None:
        """Return that an option was typed with one dash, which would be read as other options, one a letter."""
        flags = self.contexts[command].flags if command in self.contexts else {}
        for before, word in pairwise(["", *self.argv]):
            typed, taken = _ONE_DASH.fullmatch(word), flags.get(before)
            is_a_value = taken is not None and taken.takes_value
            if typed is not None and f"--{typed[1]}" in flags and not is_a_value:
                return _wrong(f"{command} has no option -{typed[1]}.", f"Did you mean --{typed[1]}?")
        return None

    def several(self, commands: Sequence[str]) -> ConfigurationError:
        """Return that more than one command was typed."""
        first, second, *_ = commands
        return _wrong(
            f"{first} does not take the word {second}, and one command runs at a time.",
            f"Leave it out, or run it by itself: {_NAME} {second}",
        )

    def _unknown(self, word: str, context: ParserContext, command: str, helps: str) -> ConfigurationError:
        flag = next((w for w in self.argv if w.startswith("--") and w.endswith(f"={word}")), "").partition("=")[0]
        if flag and word not in self.argv:
            if self._count(flag) > 1:
                return _twice(flag)
            return _wrong(f"{flag} takes no value, or only one.", f"Leave out ={word}; see {helps}")
        if not word.startswith("-"):
            return self._no_command(word)
        flags = sorted(flag for flag in context.flags if completion.is_for_people(flag))
        hint = f"{_NAME} release --plan prints the steps and runs none" if word.startswith("--dry") else ""
        if not command and word in _EVERYWHERE:
            hint = f"Write it behind the command: {_NAME} COMMAND {word}"
        return _wrong(f"{command or _NAME} has no option {word}.", hint or meant(word, flags))

    def _no_command(self, word: str) -> ConfigurationError:
        """Return that *word* is no command; behind one it is probably what an option was to take."""
        commands = sorted(self.contexts)
        hint = meant(word, commands)
        # A word may have been spelt otherwise.
        at = self.argv.index(word) if word in self.argv else len(self.argv)
        before = next((each for each in reversed(self.argv[:at]) if each in commands), "")
        option = self.argv[at - 1] if 0 < at < len(self.argv) else ""
        if word == "help":
            hint = f"See {_NAME} --help, or {_NAME} COMMAND --help"
        elif option.startswith("-") and self._count(option) > 1:
            return _twice(option)
        elif before and not hint.startswith("Did"):
            named = ", as in --package NAME" if "--package" in self.contexts[before].flags else ""
            return _wrong(
                f"{before} does not take the word {word}.",
                f"Write the option that it belongs to before it{named}; see {_NAME} {before} --help",
            )
        return _wrong(f"There is no command {word if word.strip() else repr(word)}.", hint)

    def _count(self, flag: str) -> int:
        return sum(word.partition("=")[0] == flag for word in self.argv)


def _twice(flag: str) -> ConfigurationError:
    return _wrong(f"{flag} is given twice.", "Give it once, or leave it out")


def _wrong(problem: str, hint: str) -> ConfigurationError:
    from releasegate.core.errors import ConfigurationError

    return ConfigurationError(problem, hint=hint)
