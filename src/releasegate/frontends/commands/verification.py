"""What ``invoke verify`` prints: one page on what is proven of a published version, by whom, and what is not."""

from __future__ import annotations

import os
from pathlib import Path

from releasegate.app.verify.verify import statement_of, verify
from releasegate.app.workspace import RunOptions, open_workspace
from releasegate.core.errors import ConfigurationError, GateFailed, Unavailable
from releasegate.core.release.versions import parse_version
from releasegate.frontends.screen.console import Screen

_ELSEWHERE = "Name a file in a folder that is there"


def verification(screen: Screen, *, name: str, version: str, index: str, statement: str) -> int:
    """Print the page, and write the seal into the file *statement* where one is named; return the exit code.

    Raises:
        ConfigurationError: there is no such package or index, or *version* is none.
        Refused: the version has no seal that fits what the index lists, and a statement of it is asked for.
        Unavailable: index, tag, or what the build needs cannot be had.
    """
    workspace = open_workspace(Path.cwd(), dict(os.environ), screen, RunOptions())
    (package,) = workspace.project.select(name)
    number = parse_version(version)
    if number is None:
        raise ConfigurationError(f"{version!r} is not a version.", hint="Write it as X.Y.Z or X.Y.ZrcN")
    if statement and (Path(statement).is_dir() or not Path(statement).parent.is_dir()):
        # Told before minutes of building, not after them.
        raise ConfigurationError(f"{statement} is no file that can be written.", hint=_ELSEWHERE)
    on = index or workspace.project.settings.production
    verified = verify(workspace, package, number, on=on)
    screen.lines(verified.found.page())
    if statement:
        content = statement_of(workspace, package, verified)
        try:
            Path(statement).write_bytes(content)
        except OSError as error:
            raise ConfigurationError(f"{statement} cannot be written: {error.strerror}.", hint=_ELSEWHERE) from error
        screen.tell(f"wrote {statement}")
    if verified.found.contradicted:
        return GateFailed.exit_code
    # What was not rebuilt is not verified, however little speaks against it.
    return 0 if verified.found.commit else Unavailable.exit_code
