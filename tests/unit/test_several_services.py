"""A stack with several services that are made from companions: each image is made from the packages of its own role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from family import BOTH, MAIL
from release_fixture import CORE
from stacks import folders, kit
from test_image_specs import delivered

from releasegate.adapters.containers.images.ensemble_images import Ensemble, EnsembleImages
from releasegate.adapters.containers.images.image_specs import ImageSpecs
from releasegate.app.adopt.publishers import asked
from releasegate.core.config.keys import Service, Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.matrix import Wanted, matrix
from releasegate.core.errors import ConfigurationError
from releasegate.core.stacks.host import Hosts
from releasegate.core.stacks.kit import Kit
from releasegate.core.stacks.stack_parse import parse_kit

KIT = """\
roles = { app = "what is under test", core = "the service that it calls", mail = "another one" }
images = [
    { name = "python", pull = "python:{python}" },
    { name = "site", base = "python", packages = "app" },
    { name = "core", base = "python", packages = "core", serve = { port = 8000 } },
    { name = "mailer", base = "python", packages = "mail", serve = { port = 8025 } },
]
services = [
    { name = "site", image = "site", begins = "serves" },
    { name = "core", image = "core", begins = "beside" },
    { name = "mailer", image = "mailer", begins = "beside" },
]
"""
TABLE = """\
[[tool.releasegate.packages]]
name = "core"
path = "../core"
version-files = [{ lock = "uv.lock" }]
pythons = ["3.12"]
service = { command = ["core", "{port}"] }

[[tool.releasegate.packages]]
name = "mail"
path = "../mail"
version-files = [{ lock = "uv.lock" }]
pythons = ["3.12"]
service = { command = ["mail", "{port}"] }

[[tool.releasegate.packages]]
name = "app"
version-files = [{ lock = "uv.lock" }]
pythons = ["3.12"]
companion = [{ name = "core" }, { name = "mail" }]

[tool.releasegate.stack]
kit = "family"
pythons = ["3.13"]
paths = ["fresh"]
packages = { app = ["app"], core = ["core"], mail = ["mail"] }
"""


class Kits:
    """Gives the one kit."""

    hosts: Callable[[], Hosts] = tuple

    def kit(self, name: str) -> Kit:
        """Return it."""
        return parse_kit(KIT, where=name, below=kit)


class Shelf:
    """Stands for the engine's images: keeps what each is made by."""

    def __init__(self) -> None:
        self.specs: dict[str, Any] = {}

    def pulled(self, name: str, **_: Any) -> str:
        """Return its name."""
        return name

    def made(self, spec: Any, **_: Any) -> str:
        """Keep what it is made by."""
        self.specs[spec.spec["role"]] = spec.spec
        return str(spec.spec["role"])


def parsed(text: str) -> Settings:
    return parse_settings(text, where="pyproject.toml", kits=Kits())


def test_each_service_is_made_from_the_companion_of_its_own_role(tmp_path: Path) -> None:
    core = replace(CORE, service=Service(("core", "{port}")))
    mail = replace(MAIL, service=Service(("mail", "{port}")))
    packages = {"app": (BOTH.name,), "core": (CORE.name,), "mail": (MAIL.name,)}
    stack = Stack(kit_name="family", pythons=("3.13",), packages=packages, kit=Kits().kit("family"))
    (cell, *_) = matrix(stack, Wanted())
    shelf: Any = Shelf()
    specs = ImageSpecs(folders(), stack, "https://index.test/simple/", None)
    ensemble = Ensemble(tuple(delivered(tmp_path, each) for each in (BOTH, core, mail)))
    EnsembleImages(shelf, specs, stack, {}, lambda _: None).prepare(ensemble, cell)
    made = shelf.specs
    assert {name: [each["name"] for each in spec["packages"]] for name, spec in made.items()} == {
        "site": ["sample-app"],
        "core": ["sample-core"],
        "mailer": ["sample-mail"],
    }
    assert [made[name]["serve"]["command"][0] for name in ("core", "mailer")] == ["core", "mail"]


def test_a_table_says_who_plays_which_role() -> None:
    settings = parsed(TABLE)
    assert settings.stack is not None
    assert settings.stack.members == ("app", "core", "mail")
    assert settings.calling() == "app"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (', mail = ["mail"]', "", "app has the companion mail, which plays no role"),
        ('core = ["core"], mail', 'core = ["core", "x"], mail', '"x" is not a configured package'),
        ('core = ["core"], mail = ["mail"]', 'core = ["core", "mail"], mail = []', "core serves one package"),
    ],
)
def test_a_companion_that_no_service_is_made_from_is_a_problem(old: str, new: str, said: str) -> None:
    assert old in TABLE
    with pytest.raises(ConfigurationError) as wrong:
        parsed(TABLE.replace(old, new))
    assert any(said in line for line in wrong.value.details), wrong.value.details


def workflow(*variables: str) -> dict[PurePosixPath, str]:
    lines = "".join(f"      {each}: ${{{{ vars.{each} }}}}\n" for each in variables)
    return {PurePosixPath(".github/workflows/test.yml"): f"on: push\nenv:\n{lines}"}


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        (("MY_API_PYPI_VERSION", "MY_API_RELEASE_VERSION"), ("my-api",)),
        (("MY_API_PYPI_VERSION", "MAILER_TESTPYPI_VERSION"), ("my-api", "mailer")),
    ],
)
def test_adopting_proposes_every_companion_that_the_workflows_have_variables_of(
    variables: tuple[str, ...], names: tuple[str, ...]
) -> None:
    (question,) = asked(workflow(*variables), Settings((replace(BOTH, companions=()),), {}))
    assert question.answers == tuple(f"releasegate adopt ../{name} --table ." for name in names)


def test_adopting_asks_of_a_companion_that_is_missing_in_the_table() -> None:
    settings = Settings((CORE, replace(BOTH, companions=BOTH.companions[:1])), {})
    (question,) = asked(workflow("SAMPLE_CORE_PYPI_VERSION", "SAMPLE_MAIL_PYPI_VERSION"), settings)
    assert question.answers == ("releasegate adopt ../sample-mail --table .",)
    assert list(asked(workflow("SAMPLE_CORE_PYPI_VERSION"), settings)) == []
