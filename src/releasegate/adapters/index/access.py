"""The token of an index that wants one for reading, too: whom it is sent to, and what to say where it does not help.

It goes to the origin of the index's own simple pages and nowhere else: to no other host, and not in the clear where the
index has https.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from releasegate.adapters.index.addresses import Addresses
from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import ConfigurationError
from releasegate.core.frozen import dataclass

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of *url*: all three must be the same for a token to be sent."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)


@dataclass(frozen=True)
class Access:
    """What an index may be read with; ``token`` is empty where there is none that may be sent.

    ``why`` says what to do where the index wants one.
    """

    name: str
    simple: str
    username: str = ""
    token: str = ""
    why: str = "Check what lies between this machine and the index, such as a proxy, and what that lets through"

    def __repr__(self) -> str:
        """Tell nobody the token."""
        return f"Access({self.name!r}, {self.simple!r})"

    def credentials(self, url: str) -> tuple[str, str] | None:
        """Return the user and the token for *url*, ``None`` where it is none of the index's own."""
        return (self.username, self.token) if self.token and origin(url) == origin(self.simple) else None

    def simple_with_token(self) -> str:
        """Return the address of the simple pages with the token in it, as an installer's environment takes it."""
        parts = urlsplit(f"{self.simple}/")
        user = f"{quote(self.username, safe='')}:{quote(self.token, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc}"))

    def refusal(self, status: int, url: str) -> ConfigurationError:
        """Return the error for an answer that says who may not read."""
        host, own = urlsplit(url).hostname, urlsplit(self.simple).hostname
        if origin(url) != origin(self.simple):
            return ConfigurationError(
                f"The index {self.name} sends readers to {host}, which answered {status}.",
                hint=f"The token goes to {own} alone: configure an index that serves its files and pages itself",
            )
        return ConfigurationError(f"The index {self.name} does not let this machine read ({status}).", hint=self.why)


def access(config: IndexConfig, where: Addresses, environ: Mapping[str, str]) -> Access:
    """Return what the index that *config* names may be read with.

    The public indexes are read by anybody: their tokens are for uploads only.
    """
    if config.simple is None:
        return Access(config.name, where.simple)
    key, variable = f"tool.releasegate.indexes.{config.name}", config.token_env
    token = environ.get(variable, "").strip() if variable else ""
    if urlsplit(where.simple).scheme == "http" and urlsplit(where.upload).scheme == "https":
        why, token = f"Give {key}.simple an https address: the token is not sent in the clear", ""
    elif token:
        why = f"Set {variable} to a token that may read as well as upload, and {key}.username to its user"
    elif variable:
        why = f"Set {variable} to a token that may read as well as upload (the keyring is for uploads only)"
    else:
        why = f"Name the variable of a token that may read as well as upload: {key}.token-env"
    return Access(config.name, where.simple, config.username, token, why)
