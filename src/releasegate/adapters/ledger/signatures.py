"""Signatures of evidence, as OpenSSH makes and checks them.

Source: ssh-keygen(1), ``-Y sign``, ``-Y find-principals`` and ``-Y verify``, and ALLOWED SIGNERS there: the file that
Git calls ``gpg.ssh.allowedSignersFile``. Which key signs is Git's own setting: ``gpg.format``, ``user.signingKey``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from releasegate.adapters.git.command import Git
from releasegate.adapters.process import clean_environment, run
from releasegate.core.errors import ReleasegateError
from releasegate.core.frozen import dataclass

NAMESPACE = "releasegate"
"""What a signature is for: one of a commit or a mail is none of evidence."""

_SECONDS = 60.0
_LITERAL = ("key::", "ssh-", "ecdsa-", "sk-")
_PASSED_ON = ("SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY")


@dataclass(frozen=True)
class Signatures:
    """Signs with the key that Git signs with, and verifies by the keys that *allowed* names: a file's bytes.

    *allowed* is asked when it is needed; it gives ``None`` where the repository names no keys.
    """

    git: Git
    allowed: Callable[[], bytes | None]

    def named(self) -> bool:
        """Return whether the repository names keys."""
        return self.allowed() is not None

    def sign(self, payload: bytes) -> str:
        """Return the signature of *payload*; empty where this machine has no key that the repository names."""
        key = self.git.ask("config", "user.signingKey").text if self.named() else ""
        if not key or self.git.ask("config", "gpg.format").text != "ssh":
            return ""
        with tempfile.TemporaryDirectory() as folder:
            where, words = Path(folder) / "key.pub", []
            if key.startswith(_LITERAL):
                where.write_text(f"{key.removeprefix('key::')}\n", encoding="utf-8")
                words = ["-U"]
            else:
                where = self.git.root / Path(key).expanduser()
            (Path(folder) / "said").write_bytes(payload)
            signed = self._keygen(folder, "-Y", "sign", "-q", "-n", NAMESPACE, *words, "-f", str(where), "said")
            file = Path(folder) / "said.sig"
            signature = file.read_text(encoding="ascii") if signed is not None and file.exists() else ""
        return signature if signature and self.signer(payload, signature) else ""

    def signer(self, payload: bytes, signature: str) -> str:
        """Return who signed *payload*, by the keys that the repository names; empty where nobody did whom it names."""
        allowed = self.allowed()
        if allowed is None:
            return ""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "allowed").write_bytes(allowed)
            (Path(folder) / "sig").write_text(signature, encoding="utf-8")
            said = self._keygen(folder, "-Y", "find-principals", "-s", "sig", "-f", "allowed")
            for name in (said or "").splitlines():
                words = ("-Y", "verify", "-f", "allowed", "-I", name, "-n", NAMESPACE, "-s", "sig")
                if self._keygen(folder, *words, given=payload.decode()) is not None:
                    return name
        return ""

    def _keygen(self, folder: str, *words: str, given: str | None = None) -> str | None:
        """Return what ssh-keygen said; ``None`` where it failed, or is not here: then nobody has signed."""
        environ: Mapping[str, str] = self.git.environ
        passed = {name: environ[name] for name in _PASSED_ON if name in environ}
        try:
            ended = run(
                ["ssh-keygen", *words],
                env=clean_environment(environ, **passed, LC_ALL="C"),
                cwd=Path(folder),
                timeout=_SECONDS,
                input=given,
            )
        except ReleasegateError:
            return None
        return None if ended.exit_code else ended.stdout
