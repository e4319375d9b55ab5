"""Berths, and the survey that they are read from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Berth:
    """A place to moor; ``length_m`` and ``draught_m`` are in metres."""

    code: str
    name: str
    length_m: float
    draught_m: float
    status: str


def read_survey() -> tuple[Berth, ...]:
    """Return the berths of the survey that is shipped inside the package."""
    text = files("harbor_api").joinpath("data", "berths.json").read_text(encoding="utf-8")
    return tuple(Berth(**entry) for entry in json.loads(text))
