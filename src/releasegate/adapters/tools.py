"""What twine and the compilers of other Pythons say of a build."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from releasegate.adapters.interpreters import Interpreters
from releasegate.adapters.process import clean_environment, last_lines, run
from releasegate.core.errors import Unavailable

_TIMEOUT = 300.0
_COMPILE = """
import json, sys, warnings
warnings.simplefilter("ignore")
for path, text in json.load(open(sys.argv[1], encoding="utf-8")).items():
    try:
        compile(text.encode("latin-1"), path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        print(f"{path}:{getattr(error, 'lineno', None) or 1}: {error.__class__.__name__}: {error}")
"""


@dataclass(frozen=True)
class LocalTools:
    """The tools of this machine."""

    environ: Mapping[str, str]

    def render(self, paths: Sequence[Path]) -> tuple[str, ...]:
        """Return what ``twine check --strict`` objects to."""
        argv = [sys.executable, "-I", "-m", "twine", "--no-color", "check", "--strict", *map(str, paths)]
        done = run(argv, env=clean_environment(self.environ), cwd=paths[0].parent, timeout=_TIMEOUT)
        return () if done.exit_code == 0 else last_lines(done.stdout + done.stderr, count=20)

    def compile(self, sources: Mapping[str, bytes], *, python: str) -> tuple[str, ...]:
        """Return the modules that the interpreter *python* cannot compile, with line and message.

        Raises:
            Unavailable: there is no such interpreter.
        """
        interpreter = Interpreters(self.environ).find(python)
        if interpreter is None:
            raise Unavailable(
                f"Python {python}, the oldest that is supported, is not here to compile with.",
                hint=f"Install it: uv python install {python}",
            )
        with tempfile.TemporaryDirectory(prefix="compile-") as folder:
            listing = Path(folder) / "sources.json"
            # Latin-1 carries any bytes through JSON; the compiler decodes them by their own cookie.
            listing.write_text(json.dumps({k: v.decode("latin-1") for k, v in sources.items()}), encoding="utf-8")
            argv = [str(interpreter), "-I", "-c", _COMPILE, str(listing)]
            done = run(argv, env=clean_environment(self.environ), cwd=Path(folder), timeout=_TIMEOUT)
        if done.exit_code != 0:
            return (f"Python {python} could not compile the modules", *last_lines(done.stderr))
        return tuple(done.stdout.splitlines())
