"""The page of all errors as Markdown, written from their classes: what each means, its cause and its remedy.

``python -m releasegate.frontends.generated.error_page > docs/errors.md`` writes it anew.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

from releasegate.core import errors

INTRODUCTION = """\
# Errors

This page is written by `python -m releasegate.frontends.generated.error_page` from the classes of `core/errors.py`; a
test compares the two. Every error is one sentence on what is wrong, further lines where they help, and one on what to
do next, after `->`. There is never a traceback. The codes are the same for every command:
[verdicts and exit codes](reference.md#verdicts-and-exit-codes).
"""


def render() -> str:
    """Return the whole of ``docs/errors.md``."""
    return "\n".join([INTRODUCTION, *_rows(), "", *(line for each in kinds() for line in _entry(each))]).rstrip() + "\n"


def kinds() -> list[type[errors.ReleasegateError]]:
    """Return every class of errors by its exit code."""
    found = (each for _, each in inspect.getmembers(errors, inspect.isclass))
    ours = (each for each in found if issubclass(each, errors.ReleasegateError))
    return sorted((each for each in ours if each is not errors.ReleasegateError), key=lambda each: each.exit_code)


def _rows() -> Iterator[str]:
    yield from ("| exit code | verdict | error |", "| --- | --- | --- |")
    for each in kinds():
        yield f"| {each.exit_code} | `{each.verdict}` | [{each.__name__}](#{each.__name__.lower()}) |"


def _entry(described: type[errors.ReleasegateError]) -> Iterator[str]:
    meaning, *more = (inspect.getdoc(described) or "").replace("``", "`").split("\n\n")
    yield from (f"## {described.__name__}", "")
    yield f"{_one_line(meaning)} Exit code {described.exit_code}, verdict `{described.verdict}`."
    for paragraph in more:
        word, _, rest = _one_line(paragraph).partition(": ")
        yield from ("", f"- **{word}**: {rest}") if word == "Cause" else (f"- **{word}**: {rest}",)
    yield ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.stdout.write(render())
