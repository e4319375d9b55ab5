"""The report as JSON: one object, with the keys of the model; its schema is ``report.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from releasegate.core.report.model import SCHEMA, Report


def text(report: Report) -> str:
    """Return *report* as JSON, with a line end."""
    return json.dumps({"schema": SCHEMA, **_plain(report)}, indent=2) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
