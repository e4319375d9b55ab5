"""What a CI runner hands over: the event that started it, and how Git may speak to the forge from there."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from releasegate.core.errors import ConfigurationError
from releasegate.core.report.workflow_commands import in_actions

if TYPE_CHECKING:
    from releasegate.core.ci.event_payload import Event
    from releasegate.core.config.keys import ForgeConfig, Package, Settings


def event_of(environ: Mapping[str, str]) -> Event | None:
    """Return the event that started this run; ``None`` where no CI runner is.

    Raises:
        ConfigurationError: the runner's payload cannot be read, or is none.
    """
    if not in_actions(environ):
        return None
    from releasegate.core.ci.event_payload import parse_event

    path = environ.get("GITHUB_EVENT_PATH", "")
    try:
        payload = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"The event's payload {path or '(GITHUB_EVENT_PATH is not set)'} cannot be read.",
            hint="Run this in the workflow as it is",
        ) from error
    return parse_event(environ, payload)


def git_environment(event: Event | None, settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what Git needs on a runner beside its own settings: who commits, and the forge's token for its server.

    A private repository beside this one is read with a token of its own, for that repository alone. A token goes
    to Git as a setting in the environment: it is on no command line and in no file.
    """
    if event is None:
        return {}
    host = urlsplit(environ.get("GITHUB_SERVER_URL", "")).hostname or "localhost"
    actor = event.actor or "releasegate"
    told: dict[str, str] = {}
    for role in ("AUTHOR", "COMMITTER"):
        told[f"GIT_{role}_NAME"] = environ.get(f"GIT_{role}_NAME") or actor
        told[f"GIT_{role}_EMAIL"] = environ.get(f"GIT_{role}_EMAIL") or f"{actor}@users.noreply.{host}"
    token = next((t for p in settings.packages if p.forge is not None and (t := environ.get(p.forge.token_env))), "")
    server = environ.get("GITHUB_SERVER_URL", "")
    if not token or not server.startswith(("http://", "https://")):
        return told
    settings_of_git = [(f"http.{server.rstrip('/')}/.extraheader", _header(token))]
    for package in settings.packages:
        own = environ.get(package.forge.read_token_env or "") if package.forge is not None else None
        if package.forge is not None and own and ".." in package.path.parts:
            for ending in ("", ".git"):
                key = f"http.{server.rstrip('/')}/{package.forge.repository}{ending}.extraheader"
                # The empty value takes back what was said of the whole server.
                settings_of_git += [(key, ""), (key, _header(own))]
    number = int(environ.get("GIT_CONFIG_COUNT", "0") or "0")
    told["GIT_CONFIG_COUNT"] = str(number + len(settings_of_git))
    for n, (key, value) in enumerate(settings_of_git, start=number):
        told |= {f"GIT_CONFIG_KEY_{n}": key, f"GIT_CONFIG_VALUE_{n}": value}
    return told


def _header(token: str) -> str:
    return f"AUTHORIZATION: basic {base64.b64encode(f'x-access-token:{token}'.encode()).decode()}"


def as_read(package: Package, environ: Mapping[str, str]) -> ForgeConfig | None:
    """Return the forge of a package, with the token that reads a private repository beside this one."""
    forge = package.forge
    if forge is None or ".." not in package.path.parts or not environ.get(forge.read_token_env or ""):
        return forge
    return replace(forge, token_env=forge.read_token_env or "")
