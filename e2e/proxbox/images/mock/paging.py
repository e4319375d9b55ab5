"""A page of a list as Proxmox gives it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAGE = "50"
"""How many tasks Proxmox lists where nobody says how many."""


def page(answer: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Return the part of a list that a query asks for; with a limit of 0 all from there on."""
    first, most = int(query.get("start", "0")), int(query.get("limit", PAGE))
    found = [each for each in answer["data"] if query.get("vmid", each["id"]) == each["id"]]
    return {**answer, "data": found[first : first + most if most else None]}
