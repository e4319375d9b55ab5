"""What the project's own table (``[project]``, PEP 621) says otherwise than the configuration, before any build.

The audit says the same of the build (check ``metadata``), and the install check of an extra that there is not.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from releasegate.core.audit.project_table import table_of
from releasegate.core.config.keys import Package


def apart(content: bytes, package: Package) -> tuple[str, ...]:
    """Return where ``pyproject.toml`` and what is configured of *package* differ; what it does not state is left."""
    table = table_of(content, "project")
    name, extras = table.get("name"), table.get("optional-dependencies")
    found = [*_pythons(table.get("requires-python"), package)]
    if isinstance(name, str) and canonicalize_name(name) != package.name:
        found.append(f"pyproject.toml names {canonicalize_name(name)}, not {package.name}.")
    dynamic = table.get("dynamic")
    if table and not (isinstance(dynamic, list) and "optional-dependencies" in dynamic):
        known = {canonicalize_name(each) for each in extras} if isinstance(extras, dict) else set()
        gone = [each for each in package.install.extras if canonicalize_name(each) not in known]
        found += [f"The extra {each} is configured under install.extras, and pyproject.toml has none." for each in gone]
    return tuple(found)


def _pythons(stated: object, package: Package) -> Iterator[str]:
    try:
        admitted = SpecifierSet(stated if isinstance(stated, str) else "")
    except InvalidSpecifier:
        return  # told of the field itself
    for python in package.pythons:
        if not admitted.contains(f"{python}.99"):
            yield f"Python {python} is configured, but Requires-Python is {stated!r}."
