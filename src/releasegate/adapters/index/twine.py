"""Uploads with the real twine as a child process, which sees one token and nothing else of the caller's settings."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import field
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from releasegate.adapters.index.twine_script import command
from releasegate.adapters.masking import masked
from releasegate.adapters.output import meaningful
from releasegate.adapters.process import Completed, clean_environment, run
from releasegate.adapters.scratch import scratch
from releasegate.adapters.tokens.shape import flaw
from releasegate.core.errors import Refused, Unavailable
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from releasegate.adapters.tokens.prompt import TokenPrompt
    from releasegate.core.config.keys import IndexConfig
    from releasegate.ports import UploadAnswer

TIMEOUT = 1200.0
"""Seconds for one upload of nothing, twine's own retries included."""

RATE = 32 * 1024
"""How many bytes give it a second more."""

_NO_TOKEN = re.compile(
    r"/_/oidc/|The token request failed|The token-minting request returned|Unable to retrieve an OIDC token"
)
"""What twine says where an identity was not exchanged for a token: nothing was sent."""
STATUS = re.compile(r"HTTPError: (\d{3}) ")
"""How twine names the status of the answer that it gave up at."""

_SENDS = re.compile(r"^Uploading (\S+)\s*$", re.MULTILINE)
"""What twine says before it sends a file."""

KEYRING = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "PYTHON_KEYRING_BACKEND")
"""What a keyring needs to be found: only passed on where the index's token is in one."""

IDENTITY = ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
"""By what GitHub Actions lets a job prove who it is, where its rights allow it (``id-token: write``)."""

_MISSING = 44
_ASKS_KEYRING = f"import sys, keyring; sys.exit(0 if keyring.get_password(*sys.argv[1:]) else {_MISSING})"

ATTESTATION = ".publish.attestation"

NOISE = re.compile(r"Retry with the --verbose option|^Uploading |Received \"5|Package upload appears to have failed")
"""What twine says besides an index's answer."""


def installed_signer() -> tuple[str, ...] | None:
    """Return the command that attests a file, where the extra ``attestations`` is installed."""
    return (sys.executable, "-I", "-m", "pypi_attestations", "sign") if find_spec("pypi_attestations") else None


@dataclass(frozen=True)
class Uploader:
    """Sends files to one index; *environ* is the caller's environment, *workdir* a folder for what twine writes.

    ``prompt`` asks a person for a token that is nowhere else; ``None`` where nobody can be asked. ``signer`` is the
    command that makes a PEP 740 attestation beside a file; none where its library is not installed.
    """

    config: IndexConfig
    url: str
    environ: Mapping[str, str]
    workdir: Path
    prompt: TokenPrompt | None = None
    signer: tuple[str, ...] | None = field(default_factory=installed_signer)

    def upload(self, *paths: Path) -> UploadAnswer:
        """Upload files, wheels first and one after the other until one fails, never skipping one that exists.

        An exit code other than 0 without a status is an unknown outcome: only the index can tell.

        Raises:
            Refused: there is no such file, or no token; nothing was sent.
        """
        for path in paths:
            if not path.is_file():
                raise Refused(f"There is no file {path.name} to upload.", hint="Build again: nox -s build")
        token = self._token()
        attested = [made for path in paths for made in self._attested(path)]
        words = ["upload", "--non-interactive", "--disable-progress-bar", "--config-file", os.devnull]
        words += ["--repository-url", self.url, *(["--attestations"] if attested else [])]
        with scratch(self.workdir) as home:
            completed = run(
                command(*words, *(str(p.resolve()) for p in paths), *map(str, attested), keyring=self.config.keyring),
                env=self._environment(token, home=str(home)),
                cwd=home,
                timeout=TIMEOUT + sum(path.stat().st_size for path in paths) / RATE,
            )
        return answer(completed, token=token or self.environ.get(IDENTITY[1], ""))

    def credential(self) -> str:
        """Return where the token comes from, in words; raises ``Refused`` where there is none.

        A person who is to be asked for it is asked now.
        """
        if self.prompt is not None and self._is_nowhere():
            return self.prompt.describe(self.config.name)
        if self._token() is not None:
            return f"{self.config.token_env} is set"
        return "trusted publishing" if self.trusted else "the keyring"

    @property
    def trusted(self) -> bool:
        """Whether the upload goes by trusted publishing: a public index, GitHub's word, and no token (it would win)."""
        return (
            not self._exported()
            and not self.config.keyring
            and self.config.upload is None
            and all(self.environ.get(name) for name in IDENTITY)
        )

    def _attested(self, path: Path) -> tuple[Path, ...]:
        """Return the file's attestation, made here where GitHub's word can sign it (PEP 740).

        Raises:
            Refused: nothing is installed that could sign it; nothing was sent.
            Unavailable: it cannot be signed; nothing was sent.
        """
        if not self.trusted:
            return ()
        if self.signer is None:
            raise Refused(
                f"{path.name} cannot be attested here, so it was not uploaded.",
                hint="Install releasegate[attestations] in ci.setup, or set a token of the index",
            )
        made = path.with_name(path.name + ATTESTATION)
        # One that was left may be cut off, or be of other bytes.
        made.unlink(missing_ok=True)
        done = run([*self.signer, str(path.resolve())], env=self._identity(), cwd=path.parent, timeout=TIMEOUT)
        if done.exit_code or not made.exists():
            raise Unavailable(
                f"{path.name} could not be attested, so it was not uploaded.",
                hint="Run the same command again",
                details=meaningful(masked(f"{done.stdout}\n{done.stderr}", [self.environ[IDENTITY[1]]]), noise=NOISE),
            )
        return (made.resolve(),)

    def _identity(self, **more: str) -> dict[str, str]:
        known = {name: self.environ[name] for name in (*IDENTITY, "GITHUB_ACTIONS") if name in self.environ}
        return clean_environment(self.environ, **known, **more)

    def _token(self) -> str | None:
        """Return the token, or ``None`` where twine is to ask the keyring for it."""
        token, variable = self._exported(), self.config.token_env
        if token:
            why = flaw(token, user=self.config.username, public=self.config.upload is None)
            if why:
                raise Refused(
                    f"What {variable} holds is no token for {self.config.name}: {why}.",
                    hint=f"Set {variable} to the token alone, as the index showed it",
                )
            return token
        if self.prompt is not None and self._is_nowhere():
            return self.prompt.token(self.config.name)
        if self.config.keyring or self.trusted:
            return None
        key = f"tool.releasegate.indexes.{self.config.name}"
        hint = (
            f"Set {variable} to a token of the index; in GitHub Actions a trusted publisher will do"
            if variable
            else f"Name the token's variable: {key}.token-env"
        )
        raise Refused(f"No token for {self.config.name}.", hint=hint)

    def _exported(self) -> str:
        variable = self.config.token_env
        return self.environ.get(variable, "").strip() if variable else ""

    def _is_nowhere(self) -> bool:
        """Whether the token is neither exported nor in the keyring, and nobody vouches for this job."""
        if self._exported() or self.trusted:
            return False
        return not self.config.keyring or self._is_missing_in_keyring()

    def _is_missing_in_keyring(self) -> bool:
        """Whether the keyring says that it has no token; the token itself stays in the process that asks."""
        asked = [sys.executable, "-I", "-c", _ASKS_KEYRING, self.url, self.config.username]
        with scratch(self.workdir) as home:
            return run(asked, env=self._environment(None, home=""), cwd=home, timeout=TIMEOUT).exit_code == _MISSING

    def _environment(self, token: str | None, *, home: str) -> dict[str, str]:
        wide = {"TWINE_USERNAME": self.config.username, "COLUMNS": "1000"}
        if self.trusted and not self.config.keyring:
            return self._identity(**wide, HOME=home)
        if token is None:
            found = {name: self.environ[name] for name in KEYRING if name in self.environ}
            return clean_environment(self.environ, **wide, **found)
        return clean_environment(self.environ, **wide, TWINE_PASSWORD=token, HOME=home)


def answer(completed: Completed, *, token: str) -> UploadAnswer:
    """Return what twine's exit code and words say; *token* is masked in them."""
    from releasegate.ports import UploadAnswer

    text = f"{completed.stdout}\n{completed.stderr}"
    named = STATUS.search(text)
    # Where the identity was not exchanged for a token, nothing is said of the file.
    status = 403 if _NO_TOKEN.search(text) else int(named[1]) if named else None
    words = meaningful(masked(text, [token]), noise=NOISE)
    sent = _SENDS.findall(completed.stdout)
    return UploadAnswer(completed.exit_code, status, words, _reason(words, status), sent[-1] if sent else "")


def _reason(words: tuple[str, ...], status: int | None) -> str:
    """Return what the index said of the file: what twine prints below the line that names the status."""
    at = next((number for number, line in enumerate(words) if STATUS.search(f"{line} ")), len(words))
    said = " ".join(words[at + 1 :]).strip()
    usual = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return "" if said.casefold() == usual.casefold() else said
