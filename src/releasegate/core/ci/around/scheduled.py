"""The workflows of the default branch: one watches what is published, one fills the forge's cache."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from releasegate.core.ci.jobs import LONG, READS, Job, companions
from releasegate.core.ci.yaml_values import quoted
from releasegate.core.config.keys import ForgeConfig, Settings
from releasegate.core.e2e.matrix import Cell, Wanted, matrix, newest

_DAYS = "0"
_FIRST, _HOURS = 1, 5


def daily(forge: ForgeConfig) -> Iterator[str]:
    """Yield what starts the watch: every night, or a person."""
    yield from _when(forge, "*")


def weekly(forge: ForgeConfig) -> Iterator[str]:
    """Yield what starts the filling of the cache: once a week, or a person."""
    yield from _when(forge, _DAYS)


def _when(forge: ForgeConfig, days: str) -> Iterator[str]:
    """Yield the triggers; each repository has a minute of its own, for a forge drops runs at the full hours."""
    number = int.from_bytes(hashlib.sha256(forge.repository.encode()).digest()[:4], "big")
    moment = f"{number % 60} {_FIRST + number // 60 % _HOURS} * * {days}"
    yield from ("on:", "  schedule:", f"    - cron: {quoted(moment)}", "  workflow_dispatch:")


def watch_jobs(settings: Settings) -> Iterator[Job]:
    """Yield the one job that watches; it may read, and has no secret."""
    host = newest(_cells(settings))
    lines = ("strategy:", "  matrix:", f"    kept: [{host.kept}]") if host is not None else ()
    yield Job("watch", READS, LONG, (("watch", "releasegate watch"),), lines, ref="", restores=host is not None)


def cache_jobs(settings: Settings) -> Iterator[Job]:
    """Yield the job that fills the cache, once for each host and Python of the stack."""
    hosts = {cell.kept: cell for cell in _cells(settings)}
    rows = (f"    - {{kept: {name}, options: {quoted(' '.join(cell.on_ground))}}}" for name, cell in hosts.items())
    yield Job(
        "fill",
        READS,
        LONG,
        (("e2e", "releasegate e2e --source local $HOST"),),
        ("strategy:", "  fail-fast: false", "  matrix:", "    include:", *(f"  {row}" for row in rows)),
        (*companions(settings, "staging"), "HOST: ${{ matrix.options }}"),
        ref="",
        restores=True,
        saves=True,
    )


def _cells(settings: Settings) -> tuple[Cell, ...]:
    return matrix(settings.stack, Wanted()) if settings.stack is not None else ()
