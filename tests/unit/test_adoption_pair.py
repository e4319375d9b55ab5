"""A package that is taken into the table of those that call it: how it is started, and where all are judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from adopted import look

from releasegate.adapters.kit_folders import kit_folders, kits_on
from releasegate.core.adopt.asked.pair import pair_questions
from releasegate.core.adopt.service import ProposedService
from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import Package, Service, Settings
from releasegate.core.config.stack import Stack

PROJECT = '[project]\nname = "quay-lamp"\nversion = "1.4.0"\ndependencies = ["DEPENDENCY"]\n'
CALLER = Package("quay", PurePosixPath(), (), ())
LISTENS = '"--host", "{host}", "--port", "{port}"'
SERVES = ProposedService(("serve", "{port}"))


def service(dependency: str, files: dict[str, str]) -> str:
    project = PROJECT.replace("DEPENDENCY", dependency)
    found = look({"pyproject.toml": project, "quay_lamp/__init__.py": "", **files}).service
    return "" if found is None else found.line


@pytest.mark.parametrize(
    ("dependency", "files", "line"),
    [
        (
            "fastapi[standard]>=0.1",
            {
                "quay_lamp/main.py": "from .factory import create_app\n\napp = create_app()\n",
                "quay_lamp/agent/other.py": "app = FastAPI()\n",
                "quay_lamp/routes.py": "@router.get('/health')\ndef health(): ...\n",
            },
            f'service = {{ command = ["uvicorn", "quay_lamp.main:app", {LISTENS}], ready = "/health" }}',
        ),
        (
            "Flask",
            {"quay_lamp/site.py": "import flask\n\napplication: object = flask.Flask(__name__)\n"},
            f'service = {{ command = ["flask", "--app", "quay_lamp.site:application", "run", {LISTENS}] }}',
        ),
        ("starlette", {"quay_lamp/__init__.py": "app = Starlette()\nNOTE = '/health'\nprint('/health')\n"}, None),
        ("starlette", {"quay_lamp/odd.py": "app = make()\n", "quay_lamp/tests/main.py": "app = make()\n"}, ""),
        ("starlette", {"quay_lamp/main.py": "app = 1\napp.x = make()\nother = make()\n"}, ""),
        ("requests", {"quay_lamp/main.py": "app = FastAPI()\n"}, ""),
    ],
)
def test_the_application_that_the_code_makes_says_how_it_is_started(
    dependency: str, files: dict[str, str], line: str | None
) -> None:
    if line is None:
        line = f'service = {{ command = ["uvicorn", "quay_lamp:app", {LISTENS}] }}'
    assert service(dependency, files) == line


def test_below_src_the_module_is_named_without_it() -> None:
    project = PROJECT.replace("DEPENDENCY", "quart")
    files = {"pyproject.toml": project, "src/quay_lamp/__init__.py": "", "src/quay_lamp/app.py": "app = make()\n"}
    found = look(files).service
    assert found is not None
    assert found.command[1] == "quay_lamp.app:app"


def test_without_an_import_package_nothing_is_started() -> None:
    assert look({"pyproject.toml": PROJECT.replace("DEPENDENCY", "flask")}).service is None


def asked(
    callers: list[Package], *, stack: Stack | None = None, found: ProposedService | None = SERVES, kits: bool = True
) -> list[tuple[str, ...]]:
    larger = kits_on("netbox") if kits else {}
    settings = Settings(tuple(callers), {}, stack=stack)
    return [each.answers for each in pair_questions("lamp", found, callers, settings=settings, larger=larger)]


def test_what_nobody_calls_is_not_asked_about() -> None:
    assert asked([]) == []


def test_how_it_is_started_and_who_calls_it_is_asked_together() -> None:
    line = 'service = { command = ["serve", "{port}"] }'
    assert asked([CALLER]) == [(line,), ('companion = { name = "lamp" }',)]
    there = replace(CALLER, companions=(Companion("mailer"),))
    assert asked([there])[1] == ('companion = [{ name = "mailer" }, { name = "lamp" }]',)
    assert asked([replace(CALLER, companions=(Companion("lamp"),))]) == [(line,)]
    started = Package("lamp", PurePosixPath(), (), (), service=Service(("serve",)))
    told = Settings((started, CALLER), {})
    (question,) = pair_questions("lamp", None, [CALLER], settings=told, larger={})
    assert question.answers == ('companion = { name = "lamp" }',)


def test_what_no_code_says_is_left_to_be_written() -> None:
    assert asked([CALLER], found=None)[0] == (f'service = {{ command = ["COMMAND", {LISTENS}] }}',)


def test_where_the_stack_has_no_role_for_it_one_that_has_is_offered() -> None:
    kit = kit_folders("netbox", beside=Path()).kit
    stack = Stack("netbox", ("3.13",), {"plugin": ("quay",)}, kit=kit)
    assert asked([CALLER], stack=stack)[-1] == (
        'kit = "proxbox" # a NetBox plugin, its backend and a Proxmox mock',
        'packages = { plugin = ["quay"], backend = ["lamp"] }',
    )
    assert asked([CALLER], stack=stack, kits=False)[-1] == (
        'extends = "netbox"',
        'roles = { backend = "the service that is called" }',
    )
    assert len(asked([replace(CALLER, name="other")], stack=stack)) == 2
