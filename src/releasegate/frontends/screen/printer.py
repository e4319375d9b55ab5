"""How a command speaks: lines in a terminal or a log, a line that moves, a question, a table; and all in a log file."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from releasegate.adapters.masking import masked, secrets_of
from releasegate.core.printable import printable
from releasegate.core.report.workflow_commands import harmless, in_actions
from releasegate.frontends.proposals import here
from releasegate.frontends.screen.log_progress import LogProgress
from releasegate.frontends.screen.moving_line import MovingLine
from releasegate.frontends.screen.run_log import RunLog
from releasegate.frontends.screen.terminal_text import COLOURS, broken, coloured, redraws, width_of

if TYPE_CHECKING:
    from rich.table import Table

    from releasegate.adapters.transcript import Said

Loudness = Literal["quiet", "usual", "loud"]
"""Only verdicts; what a person needs; and beside it what every program said."""

_PADDING = re.compile(r" +(?=(?:\x1b\[[\d;]*m| )*$)")
"""The spaces at the end of a line, also where colours end behind them."""
_LINE_ENDS = re.compile(r"\s*[\n\r]\s*")
_LOG_WIDTH = 200
"""Columns of a table where there is no terminal: a row is one line."""


@dataclass
class Printer:
    """A terminal with colours and a line that moves, or a plain log with a line now and then.

    Rich is loaded with the first table: most commands print a few plain lines. Where the command's report is wanted
    ``as_json``, standard output holds that alone, and everything else goes to standard error.
    """

    secrets: tuple[str, ...] = field(default_factory=lambda: secrets_of(os.environ.items()))
    as_json: bool = False
    loudness: Loudness = "usual"
    log: RunLog = field(default_factory=lambda: RunLog(here()))
    _line: MovingLine = field(init=False)
    _place: str = ""
    _progress: LogProgress = field(default_factory=LogProgress)

    def __post_init__(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A terminal that knows ASCII alone is no reason to end.
                stream.reconfigure(errors="backslashreplace")
        self._line = MovingLine(self.stream)
        self.log.note(self.fit(f"$ {' '.join([Path(sys.argv[0]).name, *sys.argv[1:]])}"))

    @property
    def stream(self) -> TextIO:
        """Where lines for people go."""
        return sys.stderr if self.as_json else sys.stdout

    @property
    def is_terminal(self) -> bool:
        """Whether a person can be asked."""
        return self.stream.isatty()

    def works(self, what: str = "") -> None:
        """Let a line move from now on that tells for how long, where one can be drawn over."""
        if what:
            self._line.tells(self.fit(what), anew=True)
        if redraws(self.stream, os.environ):
            self._line.start()

    def at(self, number: int, of: int, what: str) -> None:
        """Say which of several the command is at."""
        self._place = f"{number} of {of}: " if of > 1 else ""
        self.works(f"{self._place}{what}")

    def __call__(self, line: str, /) -> None:
        """Show what a long step is doing."""
        said = _LINE_ENDS.sub(" ", self.fit(line))
        self.log.note(f"       ... {said}")
        self._line.tells(f"{self._place}{said}")
        shown = self.loudness != "quiet" and not redraws(self.stream, os.environ)
        if shown and self._progress.is_due(said):
            self._print(f"       ... {said}")

    def say(self, line: str) -> None:
        """Print one line as it is, to be copied, but for what no terminal may be told: secrets, control characters."""
        said = self.fit(line)
        self.log.note(said)
        self._print(said)

    def detail(self, line: str) -> None:
        """Print a line that is no verdict."""
        if self.loudness != "quiet":
            self.tell(line)

    def tell(self, line: str) -> None:
        """Print a line of words, whatever ends of lines somebody wrote into it: broken where a terminal is narrower."""
        for each in broken(_LINE_ENDS.sub(" ", self.fit(line)), width_of(self.stream, os.environ)):
            self.say(each)

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines of words; of a secret that is broken over them nothing is left."""
        known = [_LINE_ENDS.sub(" ", line) for line in lines]
        for line in masked("\n".join(known), self.secrets).split("\n") if known else ():
            self.tell(line)

    def fit(self, text: str) -> str:
        """Return *text* without what no terminal and no runner may be told."""
        fitted = printable(masked(text, self.secrets))
        return harmless(fitted) if in_actions(os.environ) else fitted

    def command(self, line: str) -> None:
        """Print what the runner of a CI is to do."""
        self._print(line)

    def asks(self, question: str) -> bool:
        """Ask a person; where nobody can be asked, the answer is no."""
        if not self.is_terminal:
            return False
        self._line.stop()
        try:
            lines = broken(f"{self.fit(question)} [y/N]", width_of(self.stream, os.environ))
            prompt = "\n".join([*lines[:-1], f"{lines[-1]} "])
            if self.as_json:
                # Its own prompt may go to standard output.
                print(prompt, end="", file=self.stream, flush=True)
                prompt = ""
            return input(prompt).strip().lower() in {"y", "yes"}
        except EOFError:
            self._print("")
            return False
        except KeyboardInterrupt:
            # What is said of that begins a line.
            self._print("")
            raise
        finally:
            self.works()

    def colour(self, text: str, verdict: str, stream: TextIO) -> str:
        """Return *text* in the colour of *verdict*, where *stream* takes colours."""
        return f"\x1b[{COLOURS.get(verdict, '31')}m{text}\x1b[0m" if coloured(stream, os.environ) else text

    def shows(self, table: Table) -> None:
        """Print a table: in a log, a row is one line."""
        from rich.console import Console

        from releasegate.frontends.screen.tables import fit

        width, colours = width_of(self.stream, os.environ), coloured(self.stream, os.environ)
        drawn = io.StringIO()
        Console(
            file=drawn,
            width=width or _LOG_WIDTH,
            force_terminal=colours,
            color_system="standard" if colours else None,
            highlight=False,
            emoji=False,
        ).print(fit(table, width or _LOG_WIDTH))
        # A column is filled up with spaces, the last one too: who copies a row wants none.
        self._print("\n".join(_PADDING.sub("", line) for line in drawn.getvalue().splitlines()))

    def hears(self, said: Said, /) -> None:
        """Keep what a program said, and show it where that is asked for."""
        text = self.fit(masked(said.text, said.secrets))
        words = self.fit(masked(" ".join(said.words), said.secrets))
        head = f"$ {words} (exit code {said.exit_code}, {said.seconds:.1f} s)"
        self.log.add("\n".join([head, *(f"  {line}" for line in text.splitlines())]))
        if self.loudness == "loud" and text.strip():
            self._print("\n".join(f"       | {line}" for line in (head, *text.splitlines())))

    def _print(self, text: str, stream: TextIO | None = None) -> None:
        with self._line.aside():
            print(text, file=stream or self.stream, flush=True)
