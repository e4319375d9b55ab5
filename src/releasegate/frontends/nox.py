"""Nox sessions: ``from releasegate.frontends.nox import sessions; sessions()`` is a user's whole ``noxfile.py``.

A list of sessions costs what Nox costs: what runs a gate is imported by the session that runs it.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import nox

from releasegate.core.errors import ConfigurationError
from releasegate.core.nearest import meant
from releasegate.frontends.loading import loads_quickly
from releasegate.frontends.options import GATES, Gate, Given, loudness

if TYPE_CHECKING:
    from releasegate.frontends.screen.console import Screen


def sessions(prefix: str = "") -> None:
    """Register the sessions ``versions``, ``build``, ``install_check`` and ``e2e``, with *prefix* before each name."""
    for gate in GATES:
        nox.session(name=f"{prefix}{gate.name}", venv_backend="none", default=False)(_session(gate, prefix))


def _session(gate: Gate, prefix: str = "") -> Callable[[nox.Session], None]:
    def run(session: nox.Session) -> None:
        from releasegate.frontends.stack_options import here

        asked = here(gate, Path.cwd())
        parser = _parser(asked, prefix)
        if {"--help", "-h"} & set(session.posargs):
            _help(parser)
            return
        with loads_quickly(), _shown(session) as screen:
            from releasegate.frontends.commands.single_gates import judge, told

            given = _given(parser, asked, session.posargs)
            screen.loudness = loudness(given)
            screen.works()
            failed = judge(gate, given, screen)
            screen.rests()
            screen.tell_forms()
        if failed:
            session.error(told(failed))

    run.__doc__ = gate.title
    return run


_CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)
"""How argparse names a word that an option does not know."""


class _Parser(argparse.ArgumentParser):
    """Arguments after ``--``; a wrong one is an error with a hint, not an exit."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the arguments, in the words that ``releasegate`` has for it."""
        flag, _, said = message.removeprefix("argument ").partition(": ")
        flag, seen = flag.rpartition("/")[2], f"see {self.prog} --help"
        if said.startswith(("expected", "invalid choice: ''")):
            raise ConfigurationError(f"{flag} needs a value.", hint=f"Write {flag} VALUE; {seen}")
        if choice := _CHOICE.match(said):
            known = [word.strip(" '") for word in choice[2].split(",")]
            raise ConfigurationError(f"{flag} does not know {choice[1]}.", hint=meant(choice[1], known))
        if said.startswith("ignored explicit argument"):
            raise ConfigurationError(f"{flag} takes no value.", hint=f"Leave out what is behind it; {seen}")
        raise ConfigurationError(f"{message.rstrip('.')}.", hint=f"{seen.capitalize()}")


class _Once(argparse.Action):
    """Keeps the one value of an option; the same option again would be passed over in silence."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse's
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Keep *values*; raises ``ConfigurationError`` where there is one already."""
        given = vars(namespace).setdefault(_GIVEN, set())
        if self.dest in given:
            raise ConfigurationError(f"{option_string} is given twice.", hint="Give it once, or leave it out")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


_GIVEN = " given"
"""Where a parse keeps which options it has met: no option is called so."""


def _parser(gate: Gate, prefix: str = "") -> argparse.ArgumentParser:
    prog = f"nox -s {prefix}{gate.name} --"
    parser = _Parser(prog, description=gate.title, epilog=f"Example: {prog} {gate.example}", allow_abbrev=False)
    for option in gate.options:
        flags = (option.short, option.flag) if option.short else (option.flag,)
        if option.takes == "none":
            parser.add_argument(*flags, action="store_true", help=option.help)
        elif option.takes == "many":
            parser.add_argument(option.flag, action="append", metavar=option.value, help=option.help)
        else:
            known = {"nargs": "?", "const": option.words[0]} if option.takes == "maybe" else {}
            parser.add_argument(
                *flags,
                action=_Once,
                default=option.default,
                choices=option.words or None,
                metavar=option.value,
                help=option.help,
                **known,  # type: ignore[arg-type]
            )
    return parser


def _help(parser: argparse.ArgumentParser) -> None:
    """Print what a session takes; an example that the terminal is too narrow for can be pasted still."""
    from releasegate.frontends.screen.terminal_text import explained, width_of

    width = width_of(sys.stdout, os.environ)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = (explained(text or "", width) for text in (parser.description, parser.epilog))
    parser.print_help()


def _given(parser: argparse.ArgumentParser, gate: Gate, words: list[str]) -> Given:
    options, unknown = parser.parse_known_args(words)
    if unknown:
        from releasegate.frontends.usage_errors import no_option, not_taken

        word, flags = unknown[0].partition("=")[0], sorted(option.flag for option in gate.options)
        if not word.startswith("-"):
            raise not_taken(gate.name, word, flags, helps=f"{parser.prog} --help")
        raise no_option(gate.name, word, flags)
    given = {name: value for name, value in vars(options).items() if name != _GIVEN}
    for option in gate.options:
        value = given[option.name]
        if "" in (value if isinstance(value, list) else [value]):
            parser.error(f"argument {option.flag}: expected one argument")
    return given


@contextmanager
def _shown(session: nox.Session) -> Iterator[Screen]:
    """Yield the screen; an error is shown there, once and whole, and ends the session as failed."""
    from releasegate.adapters.transcript import heard_by
    from releasegate.core.errors import Interrupted
    from releasegate.frontends.endings import as_told, finish_output, nobody_reads
    from releasegate.frontends.screen.console import Screen, clean_up_when_ended

    # Nox shows every library's debug lines; they would bury the few lines that are for people.
    for library in ("urllib3", "filelock", "requests", "keyring", "docker"):
        logging.getLogger(library).setLevel(logging.WARNING + 1)
    screen = Screen(typed="nox")
    clean_up_when_ended()
    try:
        with heard_by(screen):
            yield screen
    except KeyboardInterrupt:
        screen.error(interrupted := Interrupted())
        screen.tell_forms(interrupted)
        raise
    except Exception as error:  # noqa: BLE001 - nobody is shown a traceback
        ended = as_told(error)
        if not nobody_reads(error):
            screen.error(ended)
            screen.tell_forms(ended)
        session.error(f"{ended.verdict} (exit code {ended.exit_code}), see above")
    finally:
        screen.rests()
        screen.names_log()
        finish_output()
