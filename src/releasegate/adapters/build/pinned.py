"""Requirements resolved to pins, each with the hashes of its files, by uv and for every system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from releasegate.adapters.process import clean_environment, last_lines, run
from releasegate.adapters.scratch import scratch
from releasegate.adapters.venvs.interpreters import UV
from releasegate.core.errors import Unavailable

_TIMEOUT = 600.0
_NOTHING_FITS = "No solution found"
"""How uv begins to tell of a conflict; an index that does not answer is told in other words."""


def pinned(requirements: Iterable[str], *, index: str, python: str, environ: Mapping[str, str]) -> str:
    """Return the lines of a requirements file that ``pip install --require-hashes`` takes.

    Versions that are installed here are kept where they fit. No line names *index*, so that each machine uses its own.

    Raises:
        Unavailable: the index does not answer, or has nothing that fits; the hint tells which.
    """
    with scratch() as folder:
        (folder / "in.txt").write_text("\n".join(requirements) + "\n", encoding="utf-8")
        # What uv finds in the file that it writes, it keeps where it fits.
        (folder / "out.txt").write_text(_installed(), encoding="utf-8")
        argv = [*UV, "pip", "compile", "in.txt", "--output-file", "out.txt", "--universal", "--generate-hashes"]
        argv += ["--python-version", python, "--no-header", "--no-annotate", "--no-config", "--quiet"]
        argv += ["--default-index", index]
        done = run(argv, env=clean_environment(environ), cwd=folder, timeout=_TIMEOUT)
        if done.exit_code and _NOTHING_FITS in done.stderr:
            raise Unavailable(
                "The pins of releasegate cannot be resolved: the index answers, and has nothing that fits.",
                hint='Name an index that has what these lines miss: dependencies = "NAME" in [tool.releasegate]',
                details=last_lines(done.stderr),
            )
        if done.exit_code:
            raise Unavailable(
                "The pins of releasegate cannot be resolved.",
                hint="Run the same command again when the index answers",
                details=last_lines(done.stderr),
            )
        return (folder / "out.txt").read_text(encoding="utf-8")


def _installed() -> str:
    from importlib import metadata

    found = {each.name: each.version for each in metadata.distributions() if each.name != "releasegate"}
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))
