"""The report of a command in the forms that are asked for beside the lines on the screen.

JSON goes to standard output, where it is alone. In Actions the job's summary gets Markdown, and what is wrong is said
beside the line that it is about.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from releasegate.about import version
from releasegate.adapters.masking import masked
from releasegate.app.reports import problem_of
from releasegate.core.errors import ReleasegateError
from releasegate.core.report import json_form, markdown, workflow_commands
from releasegate.core.report.markdown_text import bounded
from releasegate.core.report.model import Report
from releasegate.frontends.proposals import in_report
from releasegate.frontends.screen.console import Screen

SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable that names the file of the job's summary; Gitea's Actions set it, too."""

SUMMARY_BYTES = 1024 * 1024
"""What the forges take of one step; a summary that is larger is not shown at all."""


def tell(screen: Screen, error: ReleasegateError | None = None) -> None:
    """Tell what the command found, and what ended it, in every form but lines."""
    report = replace(screen.report, releasegate=version()) if screen.report is not None else None
    if error is not None:
        report = report or Report(screen.kind, releasegate=version())
        report = replace(report, error=problem_of(error), exit_code=error.exit_code)
    if report is None:
        return
    report = in_report(report, screen.names)
    if workflow_commands.in_actions(os.environ):
        for line in workflow_commands.lines(report, folders=_folders(screen), is_file=_is_file):
            screen.command(masked(line, screen.secrets))
    if os.environ.get(SUMMARY):
        _summarize(screen, Path(os.environ[SUMMARY]), report)
    if screen.as_json:
        # That standard output takes nothing may be the very error that is told.
        with suppress(OSError) if error is not None else nullcontext():
            sys.stdout.write(masked(json_form.text(report), screen.secrets))
            sys.stdout.flush()


def _summarize(screen: Screen, path: Path, report: Report) -> None:
    """Add the report to the job's summary, as far as there is room; a summary that cannot be written ends nothing."""
    try:
        held = path.stat().st_size if path.exists() else 0
        text = bounded(f"{masked(markdown.text(report), screen.secrets)}\n", size=SUMMARY_BYTES - held)
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        screen.tell(f"The job's summary cannot be written: {error.strerror or error}.")


def _workspace_folder() -> Path:
    return Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()


def _folders(screen: Screen) -> Mapping[str, str]:
    """Return the way from the repository that is checked out to each package's folder."""
    top = _workspace_folder()
    return {name: os.path.relpath(folder, top) for name, folder in screen.folders.items()}


def _is_file(path: str) -> bool:
    top = _workspace_folder()
    return not path.startswith("..") and (top / path).is_file()
