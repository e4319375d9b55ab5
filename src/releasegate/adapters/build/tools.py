"""What twine and the compilers of other Pythons say of a build."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from releasegate.adapters.index.twine_script import command
from releasegate.adapters.output import meaningful
from releasegate.adapters.process import clean_environment, last_lines, run
from releasegate.adapters.scratch import scratch
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.core.errors import ReleasegateError, Unavailable
from releasegate.ports import Index

_TIMEOUT = 300.0
# rich breaks twine's lines at the width that it is told.
_COLUMNS = "200"
# What is warned of is said in the next line.
_PASSED = re.compile(r"^Checking .*: (?:PASSED.*|FAILED due to warnings)$")
_COMPILE = """
import json, sys, warnings
warnings.simplefilter("ignore")
for path, text in json.load(open(sys.argv[1], encoding="utf-8")).items():
    try:
        compile(text.encode("latin-1"), path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        message = getattr(error, "msg", None) or str(error) or type(error).__name__
        print(json.dumps(f"{path}:{getattr(error, 'lineno', None) or 1}: {message}"))
"""


@dataclass(frozen=True)
class LocalTools:
    """The tools of this machine, and the index that dependencies are installed from."""

    environ: Mapping[str, str]
    dependencies: Index

    def served(self, project: str) -> tuple[Version | None, ...] | None:
        """Return the version of each file that dependencies' index has of *project*; ``None`` where nobody says."""
        try:
            return tuple(file.version for file in self.dependencies.files(project))
        except ReleasegateError:
            return None

    def render(self, paths: Sequence[Path]) -> tuple[str, ...]:
        """Return what ``twine check --strict`` objects to, each line once: nothing where every description renders."""
        argv = command("--no-color", "check", "--strict", *(str(path.absolute()) for path in paths))
        env = clean_environment(self.environ, COLUMNS=_COLUMNS)
        done = run(argv, env=env, cwd=Path(tempfile.gettempdir()), timeout=_TIMEOUT)
        if done.exit_code == 0:
            return ()
        said = f"{done.stdout}\n{done.stderr}"
        for path in paths:
            said = said.replace(str(path.absolute()), path.name)
        words = meaningful(said, noise=_PASSED)
        return tuple(dict.fromkeys(words)) or (f"twine check ended with exit code {done.exit_code}.",)

    def compile(self, sources: Mapping[str, bytes], *, python: str) -> tuple[str, ...]:
        """Return what the interpreter *python* (``"3.12"``) cannot compile of *sources*: ``path:line: message``.

        Nothing is run or imported. Every source is read as its own encoding cookie says.

        Raises:
            Unavailable: there is no such interpreter.
        """
        interpreter = Interpreters(self.environ).find(python)
        if interpreter is None:
            raise Unavailable(
                f"Python {python}, the oldest that is supported, is not here to compile with.",
                hint=f"Install it: uv python install {python}",
            )
        with scratch() as folder:
            listing = folder / "sources.json"
            # Latin-1 carries any bytes through JSON; the compiler decodes them by their own cookie.
            listing.write_text(json.dumps({k: v.decode("latin-1") for k, v in sources.items()}), encoding="utf-8")
            argv = [str(interpreter), "-I", "-c", _COMPILE, str(listing)]
            done = run(argv, env=clean_environment(self.environ), cwd=folder, timeout=_TIMEOUT)
        if done.exit_code != 0:
            how = "did not end in time" if done.timed_out else f"ended with exit code {done.exit_code}"
            return (f"Python {python}, compiling the modules, {how}.", *last_lines(done.stderr))
        return tuple(str(json.loads(line)) for line in done.stdout.splitlines())
