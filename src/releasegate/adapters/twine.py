"""Uploads with the real twine as a child process, which sees one token and nothing else of the caller's settings."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from releasegate.adapters.process import Completed, clean_environment, masked, run
from releasegate.adapters.words import meaningful
from releasegate.core.config import IndexConfig
from releasegate.core.errors import Refused
from releasegate.ports import UploadAnswer

TIMEOUT = 1200.0
"""Seconds for one upload, twine's own retries included."""

STATUS = re.compile(r"HTTPError: (\d{3}) ")
"""How twine names the status of the answer that it gave up at."""

KEYRING = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "PYTHON_KEYRING_BACKEND")
"""What a keyring needs to be found: only passed on where the index's token is in one."""

NOISE = re.compile(r"Retry with the --verbose option|^Uploading |Received \"5|Package upload appears to have failed")
"""What twine says besides an index's answer."""


@dataclass(frozen=True)
class Uploader:
    """Sends files to one index; *environ* is the caller's environment, *workdir* a folder for what twine writes."""

    config: IndexConfig
    url: str
    environ: Mapping[str, str]
    workdir: Path

    def upload(self, path: Path) -> UploadAnswer:
        """Upload one file, never skipping one that exists.

        An exit code other than 0 without a status is an unknown outcome: only the index can tell.

        Raises:
            Refused: there is no such file, or no token; nothing was sent.
        """
        if not path.is_file():
            raise Refused(f"There is no file {path.name} to upload.", hint="Build again: nox -s build")
        token = self._token()
        argv = [sys.executable, "-I", "-X", "utf8", "-m", "twine", "upload", "--non-interactive"]
        argv += ["--disable-progress-bar", "--config-file", os.devnull, "--repository-url", self.url]
        self.workdir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.workdir) as home:
            completed = run(
                [*argv, str(path.resolve())],
                env=self._environment(token, home=home),
                cwd=Path(home),
                timeout=TIMEOUT,
            )
        return answer(completed, token=token or "")

    def _token(self) -> str | None:
        """Return the token, or ``None`` where twine is to ask the keyring for it."""
        variable = self.config.token_env
        token = self.environ.get(variable, "").strip() if variable else ""
        if token:
            return token
        if self.config.keyring:
            return None
        key = f"tool.releasegate.indexes.{self.config.name}"
        hint = f"Set {variable} to a token of the index." if variable else f"Name the token's variable: {key}.token-env"
        raise Refused(f"No token for {self.config.name}.", hint=hint)

    def _environment(self, token: str | None, *, home: str) -> dict[str, str]:
        wide = {"TWINE_USERNAME": self.config.username, "COLUMNS": "1000"}
        if token is None:
            found = {name: self.environ[name] for name in KEYRING if name in self.environ}
            return clean_environment(self.environ, **wide, **found)
        return clean_environment(self.environ, **wide, TWINE_PASSWORD=token, HOME=home)


def answer(completed: Completed, *, token: str) -> UploadAnswer:
    """Return what twine's exit code and words say; *token* is masked in them."""
    text = f"{completed.stdout}\n{completed.stderr}"
    named = STATUS.search(text)
    status = int(named[1]) if named else None
    return UploadAnswer(completed.exit_code, status, meaningful(masked(text, [token]), noise=NOISE))
