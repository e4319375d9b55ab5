"""A secret is typed at a terminal: never shown, never read from a pipe, and from then on masked in every line."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from getpass import GetPassWarning, getpass
from typing import TYPE_CHECKING

from releasegate.adapters.tokens.prompt import TokenPrompt
from releasegate.core.errors import Refused

if TYPE_CHECKING:
    from releasegate.frontends.screen.console import Screen

_CI = ("CI", "GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS")


def token_prompt(screen: Screen, environ: Mapping[str, str], *, looks: bool) -> TokenPrompt | None:
    """Return what asks for tokens, or where a command only *looks*, says that it will; ``None`` where nobody can type.

    In CI nobody is asked, whatever its output is connected to.
    """
    typed = sys.stdin is not None and sys.stdin.isatty() and screen.is_terminal
    if not typed or any(environ.get(name, "").strip().lower() not in {"", "0", "false"} for name in _CI):
        return None
    return TokenPrompt(None if looks else lambda question: secret(screen, question))


def secret(screen: Screen, question: str) -> str:
    """Return what a person types, without showing it; empty where nothing is typed.

    Raises:
        Refused: the terminal cannot be told not to show it.
    """
    screen.rests()
    with warnings.catch_warnings():
        # It warns before it falls back to reading what everybody sees.
        warnings.simplefilter("error", GetPassWarning)
        try:
            typed = getpass(f"{screen.fit(question)} ", stream=None if screen.stream is sys.stdout else screen.stream)
        except EOFError:
            return ""
        except KeyboardInterrupt:
            # What is said of that begins a line.
            screen.say("")
            raise
        except GetPassWarning as error:
            raise Refused(
                "This terminal would show the token that is typed, so none was asked for.",
                hint="Use another terminal, or the keyring: keyring = true for the index",
            ) from error
    screen.secrets = (*screen.secrets, typed.strip())
    return typed
