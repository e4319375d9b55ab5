"""The stack that is up, as the orchestrator hands it over: parsed once into a frozen value."""

import json
import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from traffic import Allowed

PREFIX = "RELEASEGATE_"
RELEASED = "released"
CANDIDATE = "candidate"
FRESH = "fresh"
UPGRADE = "upgrade"


class MissingCellError(ValueError):
    """A variable of the contract between orchestrator and suite is not there."""

    def __init__(self, names: list[str]) -> None:
        listed = ", ".join(names)
        super().__init__(f"the checks need {listed} in the environment: run them through `nox -s e2e`")


@dataclass(frozen=True)
class StackCell:
    """What every suite is told; one of its own adds the addresses and versions that it needs, as further fields."""

    path: str
    phase: str
    stack_project: str
    stack_file: str
    facts: Path
    report: Path
    allowed: tuple[Allowed, ...] = field(default=(), kw_only=True)

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the cell, or say every name that is missing at once."""
        needed = [each.name for each in fields(cls) if each.default is MISSING]
        values = {name: environment.get(PREFIX + name.upper(), "").strip() for name in needed}
        missing = [PREFIX + name.upper() for name, value in values.items() if not value]
        if missing:
            raise MissingCellError(missing)
        urls = {name: value.rstrip("/") for name, value in values.items() if name.endswith("_url")}
        paths = {name: Path(values[name]) for name in ("facts", "report")}
        typed: dict[str, Any] = values | urls | paths
        declared = json.loads(environment.get(f"{PREFIX}ALLOWED") or "[]")
        return cls(**typed, allowed=tuple(Allowed(**each) for each in declared))

    def undeclared(self, refused: Mapping[str, str]) -> dict[str, str]:
        """Return what refused, by its path, without what is declared to be meant so."""
        return {
            path: said
            for path, said in refused.items()
            if not any(each.fits(f"{path} {said}".rstrip()) for each in self.allowed)
        }


def secrets(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the values that no report may show."""
    names = environment.get(f"{PREFIX}STACK_SECRETS", "").split(",")
    return tuple(environment[name] for name in names if environment.get(name))


def told(name: str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return a table that the orchestrator hands over as JSON."""
    found: dict[str, str] = json.loads(environment.get(f"{PREFIX}{name}") or "{}")
    return found
