"""What PyPI would refuse is read off the project's own table (``[project]``, PEP 621) before anything is built."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from packaging.metadata import InvalidMetadata, Metadata

from releasegate.core.audit.checks.index import refusal
from releasegate.core.dists.index_rules import RULES

if TYPE_CHECKING:
    from packaging.metadata import RawMetadata

    from releasegate.core.audit.problem import Problem


def refused_by_table(content: bytes) -> tuple[Problem, ...]:
    """Return what PyPI refuses of what ``pyproject.toml`` states itself, as the audit would say it of the build.

    What is dynamic, what is no valid metadata at all and a table that cannot be read are left to the build.
    """
    try:
        table = tomllib.loads(content.decode()).get("project", {})
    except (ValueError, RecursionError):
        return ()
    found = dict.fromkeys(_refusals(table)) if isinstance(table, Mapping) else {}
    return tuple(refusal(field, sentence) for field, sentence in found)


def _refusals(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    metadata = Metadata.from_raw(_raw(table), validate=False)
    refusals: list[tuple[str, str]] = []
    for rule in RULES:
        try:
            refusals += [(problem.field, problem.sentence) for problem in rule(metadata)]
        except InvalidMetadata:
            continue  # the build says it
    return refusals


def _raw(table: Mapping[str, Any]) -> RawMetadata:
    """Return the table's own fields as core metadata; the rules see nothing else."""
    extras = table.get("optional-dependencies")
    groups = list(extras.values()) if isinstance(extras, Mapping) else []
    urls, summary = table.get("urls"), table.get("description")
    fields: dict[str, object] = {
        "metadata_version": "2.4",
        "name": "project",
        "version": "0",
        "classifiers": _texts(table.get("classifiers")),
        "requires_dist": [text for each in (table.get("dependencies"), *groups) for text in _texts(each)],
        "project_urls": {k: v for k, v in urls.items() if isinstance(v, str)} if isinstance(urls, Mapping) else {},
    }
    if isinstance(summary, str):
        fields["summary"] = summary
    return cast("RawMetadata", fields)


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
