"""The stack that is up, as the orchestrator hands it over: parsed once into a frozen value."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

PREFIX = "RELEASEGATE_"
RELEASED = "released"
CANDIDATE = "candidate"
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

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the cell, or say every name that is missing at once."""
        values = {name: environment.get(PREFIX + name.upper(), "").strip() for name in cls.__dataclass_fields__}
        missing = [PREFIX + name.upper() for name, value in values.items() if not value]
        if missing:
            raise MissingCellError(missing)
        urls = {name: value.rstrip("/") for name, value in values.items() if name.endswith("_url")}
        paths = {name: Path(values[name]) for name in ("facts", "report")}
        typed: dict[str, Any] = values | urls | paths
        return cls(**typed)


def secrets(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the values that no report may show."""
    names = environment.get(f"{PREFIX}STACK_SECRETS", "").split(",")
    return tuple(environment[name] for name in names if environment.get(name))


def told(name: str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return a table that the orchestrator hands over as JSON."""
    found: dict[str, str] = json.loads(environment.get(f"{PREFIX}{name}") or "{}")
    return found
