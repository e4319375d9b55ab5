"""Defects that are written down in listed.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.mutants.mutant import Mutant

LISTED = tuple(
    Mutant(**{**each, "disturbs": tuple(each.get("disturbs", ()))})
    for each in tomllib.loads(Path(__file__).with_name("listed.toml").read_text(encoding="utf-8"))["mutant"]
)
