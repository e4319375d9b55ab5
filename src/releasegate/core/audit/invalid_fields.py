"""What no backend makes metadata of, read off the project's own table (``[project]``, PEP 621) before any build.

What a backend may read otherwise is left to the build.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name

from releasegate.core.audit.project_table import table_of

_README_TYPES = frozenset({"text/markdown", "text/plain", "text/x-rst"})
_LAX_LICENCE = ("poetry",)
"""Backends that took other texts for a licence, too."""


_MARKED = "byte order mark: the file begins with one, and no build reads that: save it as UTF-8 without"


def invalid_fields(content: bytes) -> tuple[str, ...]:
    """Return what is wrong with the table ``[project]`` of a ``pyproject.toml``, a sentence each."""
    table, backend = table_of(content, "project"), table_of(content, "build-system").get("build-backend")
    lax = isinstance(backend, str) and backend.startswith(_LAX_LICENCE)
    return (
        *([_MARKED] if content.startswith(codecs.BOM_UTF8) else []),
        *_requirements("dependencies", table.get("dependencies")),
        *_extras(table.get("optional-dependencies")),
        *_python(table.get("requires-python")),
        *(() if lax else _licence(table.get("license"))),
        *_readme(table.get("readme")),
        *_twice(table),
        *_people(table),
    )


def _requirements(key: str, value: object) -> Iterator[str]:
    for text in value if isinstance(value, list) else []:
        try:
            Requirement(text if isinstance(text, str) else "")
        except InvalidRequirement as error:
            yield f"{key}: {text!r} is no requirement: {str(error).splitlines()[0]}"


def _extras(value: object) -> Iterator[str]:
    for extra, group in value.items() if isinstance(value, dict) else ():
        try:
            canonicalize_name(extra, validate=True)
        except InvalidName:
            yield f"optional-dependencies: {extra!r} is no name of an extra: letters, digits and - . _ alone"
        yield from _requirements(f"optional-dependencies.{extra}", group)


def _python(value: object) -> Iterator[str]:
    try:
        SpecifierSet(value if isinstance(value, str) else "")
    except InvalidSpecifier:
        yield f"requires-python: {value!r} is no range of versions, such as '>=3.11'"


def _licence(value: object) -> Iterator[str]:
    if not isinstance(value, str):
        return
    from packaging.licenses import (  # noqa: PLC0415 - not at every start
        InvalidLicenseExpression,
        canonicalize_license_expression,
    )

    try:
        canonicalize_license_expression(value)
    except InvalidLicenseExpression as error:
        cure = "write an SPDX expression, such as MIT or LicenseRef-Proprietary"
        yield f"license: {str(error).rstrip('.')}; {cure}"


def _readme(value: object) -> Iterator[str]:
    kind = value.get("content-type") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind.partition(";")[0].strip().lower() not in _README_TYPES:
        yield f"readme: {kind!r} is no content type of a description: one of {', '.join(sorted(_README_TYPES))}"


def _twice(table: Mapping[str, Any]) -> Iterator[str]:
    dynamic = table.get("dynamic")
    for key in dynamic if isinstance(dynamic, list) else []:
        if isinstance(key, str) and key in table:
            yield f"dynamic: {key} is named there and stated too: leave one of the two"


def _people(table: Mapping[str, Any]) -> Iterator[str]:
    for key in ("authors", "maintainers"):
        people = table.get(key)
        for each in people if isinstance(people, list) else []:
            if not isinstance(each, dict):
                yield f'{key}: {each!r} is no person: write {{ name = "...", email = "..." }}'
