"""Asks an index for one exact version with the real pip, past every cache, as an installer does."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from packaging.version import Version

from releasegate.adapters.index.simple import SimplePages
from releasegate.adapters.masking import masked
from releasegate.adapters.output import meaningful
from releasegate.adapters.process import Completed, clean_environment, run
from releasegate.adapters.scratch import scratch
from releasegate.adapters.venvs import pip_script
from releasegate.core.errors import Unavailable

LEAST = 10.0
"""Seconds that an installer has in any case: it needs some of them to start."""

SOCKET = 30.0
"""Seconds that it waits for the next bytes, where it has that many."""

OPTIONS = (
    *("--no-input", "--disable-pip-version-check", "--no-cache-dir", "--keyring-provider", "disabled"),
    *("--progress-bar", "off", "--retries", "2"),
    # The wheel must come whatever Python asks: which Pythons it is for is tried by the install check.
    *("--no-deps", "--only-binary", ":all:", "--ignore-requires-python"),
)

NOISE = re.compile("^WARNING: Retrying|^Looking in indexes")
"""What pip says besides why it failed."""


@dataclass(frozen=True)
class Resolver:
    """Asks the index behind *pages*; *environ* is the caller's environment, *workdir* a folder for the downloads."""

    pages: SimplePages
    environ: Mapping[str, str]
    workdir: Path

    def resolve(self, project: str, version: Version, *, within: float) -> dict[str, str]:
        """Return the sha256 of what came, by file name; nothing while pip does not find the version.

        pip and all that it starts are ended after *within* seconds, its own retries included.

        Raises:
            GateFailed: the bytes that the index serves are not what it lists.
            Unavailable: pip failed in another way, or not in time, or the index cannot be read.
        """
        if self.pages.web.access.token and not self.pages.web.closed:
            self.pages.files(project)  # by which it is learned whether the index wants the token
        with scratch(self.workdir) as folder:
            target = folder / "files"
            completed = self._download(f"{project}=={version}", target=target, within=max(within, LEAST))
            if completed.exit_code == 0:
                return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(target.iterdir())}
        words = meaningful(masked(completed.stderr, [self.pages.web.access.token]), noise=NOISE)
        if "DO NOT MATCH THE HASHES" in completed.stderr:
            self._require_sound(project, version)
        if completed.timed_out:
            raise Unavailable(
                f"pip did not get {project} {version} from {self.pages.web.name} in time.",
                hint="Run the same command again a little later",
                details=words,
            )
        # pip finds no version either where it could not read the page: then this raises.
        self.pages.files(project)
        if "No matching distribution found" in completed.stderr:
            return {}
        raise Unavailable(
            f"pip could not get {project} {version} from {self.pages.web.name}.",
            hint="Run the same command again a little later",
            details=words,
        )

    def _require_sound(self, project: str, version: Version) -> None:
        """Raise where the wheels of the version, or what lies beside them, are not what the index lists.

        Raises:
            GateFailed: they are others, each time that they are fetched.
            Unavailable: they cannot be had.
        """
        for file in self.pages.files(project):
            if file.version == version and file.filename.endswith(".whl"):
                self.pages.metadata(file)
                self.pages.fetch(file)

    def _download(self, requirement: str, *, target: Path, within: float) -> Completed:
        parts = urlsplit(self.pages.url)
        trusted = ("--trusted-host", parts.netloc) if parts.scheme == "http" else ()
        argv = [sys.executable, "-I", "-X", "utf8", *pip_script.words(), "download", *OPTIONS, *trusted]
        argv += ["--timeout", f"{min(SOCKET, within):.0f}", "--dest", str(target), requirement]
        home, access = target.parent, self.pages.web.access
        # In the environment and not on the command line, which every user of the machine can read. Nothing foreign is
        # run that could see it: pip only downloads a wheel.
        url = access.simple_with_token() if self.pages.web.closed else f"{self.pages.url}/"
        env = clean_environment(self.environ, HOME=str(home), TMPDIR=str(home), PIP_INDEX_URL=url)
        return run(argv, env=env, cwd=home, timeout=within)
