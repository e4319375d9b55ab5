"""What PyPI would refuse is read off the project's own table (``[project]``, PEP 621) before anything is built."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from releasegate.core.audit.problem import Problem
from releasegate.core.dists.index_rules import RULES_OF_TABLE, name_problem
from releasegate.core.frozen import dataclass

if TYPE_CHECKING:
    from packaging.metadata import Metadata

_GLOB = re.compile(r"[*?\[]")


def refusal(part: str, sentence: str) -> Problem:
    """Return that PyPI refuses *part*, a field or another part of the build, and with which sentence."""
    return Problem(f"PyPI refuses {part}: {sentence}", about=f"{part}: {sentence}", key="allowed")


def refused_name(name: str, *, standard_library: Collection[str]) -> tuple[Problem, ...]:
    """Return why PyPI takes no new project of that name, if it does not."""
    prohibited = name_problem(name, standard_library=standard_library)
    return () if prohibited is None else (refusal("name", prohibited),)


def refused_by_table(content: bytes) -> tuple[Problem, ...]:
    """Return what PyPI refuses of what ``pyproject.toml`` states itself, as the audit would say it of the build.

    What is dynamic, what is no valid metadata at all and a table that cannot be read are left to the build.
    """
    stated = cast("Metadata", _stated(table_of(content, "project")))
    found = [(problem.field, problem.sentence) for rule in RULES_OF_TABLE for problem in rule(stated)]
    return tuple(refusal(name, sentence) for name, sentence in dict.fromkeys(found))


def named_files(content: bytes) -> dict[PurePosixPath, str]:
    """Return the files that ``pyproject.toml`` names one by one and no build may do without, and the key that does.

    Of ``license-files`` those that are no pattern: a backend must not go on where one fits nothing (PEP 639), and some
    do, and leave the licence out.
    """
    table, found = table_of(content, "project"), dict[PurePosixPath, str]()
    for key in ("readme", "license", "license-files"):
        value = table.get(key)
        single = value.get("file") if isinstance(value, Mapping) else value if key == "readme" else None
        for path in _texts(value) if key == "license-files" else _texts([single]):
            plain = path and not path.startswith("/") and ".." not in PurePosixPath(path).parts
            if plain and not _GLOB.search(path):
                found.setdefault(PurePosixPath(path), key)
    return found


def table_of(content: bytes, name: str) -> Mapping[str, Any]:
    """Return a table at the top of ``pyproject.toml``; an empty one where nothing can be read."""
    try:
        table = tomllib.loads(content.decode()).get(name, {})
    except (ValueError, RecursionError):
        return {}
    return table if isinstance(table, Mapping) else {}


@dataclass(frozen=True)
class _Stated:
    """Fields of the core metadata as a table states them: packaging's own class costs each ``status`` its import."""

    summary: str | None = None
    classifiers: Sequence[str] = ()
    requires_dist: Sequence[Requirement] = ()
    project_urls: Mapping[str, str] = field(default_factory=dict)
    provides_dist: None = None
    obsoletes_dist: None = None


def _stated(table: Mapping[str, Any]) -> _Stated:
    extras = table.get("optional-dependencies")
    groups = list(extras.items()) if isinstance(extras, Mapping) else []
    urls, summary = table.get("urls"), table.get("description")
    return _Stated(
        summary=summary if isinstance(summary, str) else None,
        classifiers=_texts(table.get("classifiers")),
        requires_dist=[
            *_requirements(table.get("dependencies")),
            *(_of_extra(each, extra) for extra, group in groups for each in _requirements(group)),
        ],
        project_urls={k: v for k, v in urls.items() if isinstance(v, str)} if isinstance(urls, Mapping) else {},
    )


def _requirements(value: object) -> list[Requirement]:
    found = []
    for text in _texts(value):
        try:
            found.append(Requirement(text))
        except InvalidRequirement:
            continue  # the build says it
    return found


def _of_extra(requirement: Requirement, extra: str) -> Requirement:
    """Return a requirement as the build writes it for an extra, so that the audit finds the same of it."""
    mine = f'extra == "{canonicalize_name(extra)}"'
    requirement.marker = Marker(mine if requirement.marker is None else f"({requirement.marker}) and {mine}")
    return requirement


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
