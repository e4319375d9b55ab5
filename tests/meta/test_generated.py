"""What is written from the code is what the code says: the page of errors, the schema of the configuration."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from releasegate.core import errors
from releasegate.core.config.reader import TABLES
from releasegate.frontends.generated.configuration_schema import schema
from releasegate.frontends.generated.error_page import kinds, render

ROOT = Path(__file__).parents[2]
STORED = ROOT / "src" / "releasegate" / "configuration.schema.json"
SCHEMA: dict[str, Any] = json.loads(schema())
_TYPES: dict[str, Any] = {
    "string": str,
    "array": list,
    "object": dict,
    "boolean": bool,
    "number": (int, float),
    "integer": int,
}

PACKAGE = """
[[tool.releasegate.packages]]
name = "my-plugin"
pythons = ["3.12"]
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
"""


def problems(value: Any, wanted: dict[str, Any], at: str = "") -> Iterator[str]:
    """Yield where *value* is not what a schema says: those words of it that ours uses."""
    if "$ref" in wanted:
        yield from problems(value, SCHEMA["definitions"][wanted["$ref"].rpartition("/")[2]], at)
        return
    for each in wanted.get("allOf", ()):
        yield from problems(value, each, at)
    if "anyOf" in wanted and all(list(problems(value, {"properties": {}, **each}, at)) for each in wanted["anyOf"]):
        yield f"{at} is none of them"
    if "enum" in wanted and value not in wanted["enum"]:
        yield f"{at} is not one of {wanted['enum']}"
    kind = wanted.get("type")
    if kind is not None and (not isinstance(value, _TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))):
        yield f"{at} is no {kind}"
        return
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from problems(each, wanted.get("items", {}), f"{at}[{number}]")
    if isinstance(value, dict):
        yield from _of_a_table(value, wanted, at)


def _of_a_table(value: dict[str, Any], wanted: dict[str, Any], at: str) -> Iterator[str]:
    yield from (f"{at} lacks {key}" for key in wanted.get("required", ()) if key not in value)
    if len(value) > wanted.get("maxProperties", len(value)):
        yield f"{at} has too many keys"
    known = wanted.get("properties", {})
    for key, each in value.items():
        others = wanted.get("additionalProperties", {})
        if key not in known and others is False:
            yield f"{at}.{key} is not known"
        else:
            yield from problems(each, known.get(key, others or {}), f"{at}.{key}")


def found(text: str) -> list[str]:
    return list(problems(tomllib.loads(text), SCHEMA))


def test_the_schema_of_the_configuration_is_what_the_declarations_say() -> None:
    written = "python -m releasegate.frontends.generated.configuration_schema"
    hint = f"run: {written} > src/releasegate/configuration.schema.json"
    assert STORED.read_text(encoding="utf-8") == schema(), hint


def test_the_schema_has_every_key_of_every_table_with_its_meaning() -> None:
    settings = SCHEMA["properties"]["tool"]["properties"]["releasegate"]
    held = {"Settings": settings, **SCHEMA["definitions"]}
    # What a stack.toml may have is no part of a pyproject.toml.
    known = {each: table for each, table in TABLES.items() if not each.__module__.startswith("releasegate.core.stacks")}
    assert set(held) == {described.__name__ for described in known}
    for described, table in known.items():
        told = held[described.__name__]["properties"]
        assert list(told) == [key.name for key in table.keys]
        assert all(key.key.meaning in told[key.name]["description"] for key in table.keys)


def tables() -> Iterator[Any]:
    """Yield every table that this repository shows to people."""
    yield pytest.param((ROOT / "pyproject.toml").read_text(), id="pyproject.toml")
    for path in sorted((ROOT / "examples").glob("**/*.toml")):
        text = path.read_text(encoding="utf-8")
        if "tool.releasegate" in text:
            yield pytest.param(text, id=str(path.relative_to(ROOT)))
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        blocks = re.findall(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        for number, text in enumerate(blocks):
            if re.search(r"^(?:extends|roles) = ", text, re.MULTILINE):
                continue  # a stack.toml
            yield pytest.param(_whole(text), id=f"{page.name} {number}")


def _whole(text: str) -> str:
    """Return a table with what it is shown without: the package that it belongs to, or that package's own keys."""
    if "\ntable = " in text:
        return text
    whole = text if "releasegate.packages]]" in text else PACKAGE + text
    needed = {"name": '"x"', "pythons": '["3.12"]'}
    return whole + "".join(f"{key} = {value}\n" for key, value in needed.items() if f"\n{key} = " not in whole)


@pytest.mark.parametrize("text", list(tables()))
def test_every_table_that_is_shown_is_one_by_the_schema(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PACKAGE + 'branches = "main"\n', ".tool.releasegate.packages[0].branches is not known"),
        (PACKAGE.replace('["3.12"]', '"3.12"'), ".tool.releasegate.packages[0].pythons is no array"),
        (PACKAGE.replace('name = "my-plugin"\n', ""), ".tool.releasegate.packages[0] lacks name"),
        (PACKAGE.replace("toml =", "tomml ="), ".tool.releasegate.packages[0].version-files[0] is none of them"),
        (PACKAGE + "companion = [{ nam = 'x' }]\n", ".tool.releasegate.packages[0].companion is none of them"),
        (PACKAGE + 'forge = { kind = "svn", repository = "a/b" }\n', ".forge.kind is not one of"),
        (PACKAGE + "[tool.releasegate]\npropagation = true\n", ".tool.releasegate.propagation is no number"),
        ('[tool.releasegate]\nstaging = "own"\n', ".tool.releasegate is none of them"),
        ('[tool.releasegate]\ntable = "../other"\nstaging = "own"\n', ".tool.releasegate is none of them"),
    ],
)
def test_what_is_wrong_is_told_by_the_schema(text: str, problem: str) -> None:
    assert any(problem in line for line in found(text)), found(text)


def test_a_repository_whose_table_lies_elsewhere_needs_no_packages() -> None:
    assert found('[tool.releasegate]\ntable = "../my-plugin"\n') == []


def test_the_schema_travels_with_the_package() -> None:
    from importlib.resources import files  # noqa: PLC0415 - what a user types

    assert (files("releasegate") / "configuration.schema.json").read_text(encoding="utf-8") == schema()


def test_the_page_of_errors_is_what_the_classes_say() -> None:
    hint = "run: python -m releasegate.frontends.generated.error_page > docs/errors.md"
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == render(), hint


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_error_has_an_entry_with_its_cause_and_its_remedy(kind: type[errors.ReleasegateError]) -> None:
    entry = render().partition(f"\n## {kind.__name__}\n")[2].partition("\n## ")[0]
    assert f"Exit code {kind.exit_code}, verdict `{kind.verdict}`." in entry
    assert [word for word in ("\n- **Cause**: ", "\n- **Remedy**: ") if word not in entry] == []
