"""The command ``harbor-host``."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterable, Sequence

from harbor_host import VERSION
from harbor_host.host import Host
from harbor_host.plugins import PluginError
from harbor_host.web import make_server


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the host with its plugins until interrupted; return the exit code."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        host = Host(_settings(chosen.setting))
        for name in chosen.plugin:
            host.install(name)
        server = make_server(host, address=chosen.host, port=chosen.port)
    except (PluginError, ValueError) as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"cannot listen on {chosen.host}:{chosen.port}: {error.strerror}")
    with server, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(f"harbor-host {VERSION} on http://{chosen.host}:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="harbor-host", description="Serve the host application with its plugins.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port, 0 for a free one (default: %(default)s)")
    parser.add_argument("--plugin", action="append", default=[], help="a plugin's package; may be repeated")
    parser.add_argument(
        "--setting", action="append", default=[], metavar="PLUGIN.KEY=VALUE", help="a plugin's setting; may be repeated"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {VERSION}")
    return parser


def _settings(words: Iterable[str]) -> dict[str, dict[str, str]]:
    settings: dict[str, dict[str, str]] = {}
    for word in words:
        name, assigned, value = word.partition("=")
        plugin, dot, key = name.partition(".")
        if not (assigned and dot):
            raise ValueError(f"--setting takes PLUGIN.KEY=VALUE, not {word!r}")
        settings.setdefault(plugin, {})[key] = value
    return settings
