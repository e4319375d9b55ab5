"""Configurations that nobody wrote."""

from __future__ import annotations

import tomllib
from functools import partial
from random import Random

import tomlkit
from testpair import configuration

from releasegate.core.config.parse import parse_settings, table_elsewhere
from tests.faults.fault import Fault, Verdict, together
from tests.faults.kinds.bounds import understood
from tests.faults.mutation import NASTY, changed, torn
from tests.faults.stages import Bench

KIND = "configuration"
MORE = """
[tool.releasegate.indexes.staging]
upload = "https://index.test/legacy/"
simple = "https://index.test/simple/"
token-env = "STAGING_TOKEN"

[tool.releasegate.ci]
setup = [["pip", "install", "releasegate"]]
"""
GOOD = configuration('staging = "staging"\nproduction = "pypi"') + MORE
COUNT = 250


def faults(seed: int) -> tuple[Fault, ...]:
    """Return texts with pieces torn out, tables with other values, and texts that are none."""
    found = [Fault(KIND, f"text {number}", seed, text) for number in range(COUNT // 2)]
    found += [Fault(KIND, f"values {number}", seed, values) for number in range(COUNT // 2)]
    found += [Fault(KIND, f"nasty {number}", seed, partial(nasty, number=number)) for number in range(len(NASTY))]
    return tuple(found)


def text(_: Bench, chance: Random) -> Verdict:
    """Read a text of which pieces are torn."""
    return read(torn(GOOD, chance))


def values(_: Bench, chance: Random) -> Verdict:
    """Read a table with another value somewhere."""
    table = tomllib.loads(GOOD)
    table["tool"]["releasegate"] = changed(table["tool"]["releasegate"], chance)
    try:
        written = tomlkit.dumps(table)
    except Exception:  # noqa: BLE001 - a value that no TOML has
        written = torn(GOOD, chance)
    return read(written)


def nasty(_: Bench, __: Random, *, number: int) -> Verdict:
    """Read what is no configuration at all."""
    return read(NASTY[number].decode(errors="replace"))


def read(written: str) -> Verdict:
    """Read a configuration in both ways in which one is read."""
    return together(
        understood(lambda: parse_settings(written, where="pyproject.toml")),
        understood(lambda: table_elsewhere(written, where="pyproject.toml")),
    )
