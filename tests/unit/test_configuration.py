"""What a good ``[tool.releasegate]`` means."""

from pathlib import PurePosixPath as Path
from typing import get_args

import pytest

from releasegate.core.config.companion import Companion
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import EndToEndCommand, IndexConfig, Install, Package, Service, Settings, Wheel
from releasegate.core.config.parse import EXAMPLE, parse_settings
from releasegate.core.config.version_file_types import LockVersionFile, PythonVersionFile, TomlVersionFile, VersionFile

WHOLE = """\
[tool.releasegate]
staging = "stage"
production = "pypi"
dependencies = "testpypi"
propagation = 60
production-without-forge = true

[[tool.releasegate.packages]]
name = "Back.End"
path = "../backend"
version-files = [{ toml = "pyproject.toml", key = "project.version" }, { lock = "uv.lock" }]
pythons = ["3.13", "3.9", "3.12"]
branch = "main"
remote = "upstream"
tag-prefix = ""

[tool.releasegate.packages.service]
command = ["uvicorn", "app", "--port={port}"]
ready = "/health"

[[tool.releasegate.packages]]
name = "plugin"
version-files = [{ python = "plugin/__init__.py", attribute = "Config.version" }]
pythons = ["3.12"]
companion = { name = "back-END", default = "1.0-rc1", requires = ">=0.9,<2" }
end-to-end = { command = ["python", "e2e.py"], timeout = 2.5 }

[tool.releasegate.packages.wheel]
data = ["plugin/templates/**"]
references = ["plugin/static/"]
frozen = ["plugin/migrations/0*.py"]
generated = [{ pattern = "plugin/_built.py", reason = "made by the build" }]
omitted = [{ pattern = "plugin/dev/**", reason = "for developers" }]

[tool.releasegate.packages.install]
extras = ["cli"]
requirements = ["django>=5"]
smoke = [["python", "-c", '''
import plugin
''']]
not-imported = [{ pattern = "plugin.*", reason = "needs its host" }]
scripts-not-run = [{ pattern = "plugin-shell", reason = "waits for a person" }]

[tool.releasegate.indexes.stage]
upload = "http://127.0.0.1:8000/legacy/"
simple = "http://127.0.0.1:8000/simple/"
token-env = "STAGE_TOKEN"
username = "robot"
keyring = true
"""


def settings(text: str) -> Settings:
    return parse_settings(text, where="pyproject.toml")


def test_every_key_fills_its_field() -> None:
    backend, plugin = settings(WHOLE).packages
    assert backend == Package(
        name="back-end",
        path=Path("../backend"),
        version_files=(TomlVersionFile(Path("pyproject.toml"), "project.version"), LockVersionFile(Path("uv.lock"))),
        pythons=("3.9", "3.12", "3.13"),
        branch="main",
        remote="upstream",
        tag_prefix="",
        service=Service(("uvicorn", "app", "--port={port}"), ready="/health"),
    )
    assert plugin == Package(
        name="plugin",
        path=Path(),
        version_files=(PythonVersionFile(Path("plugin/__init__.py"), "Config.version"),),
        pythons=("3.12",),
        companions=(Companion("back-end", default="1.0rc1", requires=">=0.9,<2"),),
        end_to_end=EndToEndCommand(("python", "e2e.py"), timeout=2.5),
        wheel=Wheel(
            data=("plugin/templates/**",),
            references=("plugin/static",),
            frozen=("plugin/migrations/0*.py",),
            generated=(Exemption("plugin/_built.py", "made by the build"),),
            omitted=(Exemption("plugin/dev/**", "for developers"),),
        ),
        install=Install(
            extras=("cli",),
            requirements=("django>=5",),
            smoke=(("python", "-c", "import plugin\n"),),
            not_imported=(Exemption("plugin.*", "needs its host"),),
            scripts_not_run=(Exemption("plugin-shell", "waits for a person"),),
        ),
    )


LISTED = """\
companion = [{ name = "back-end", requires = ">=1" }, { name = "mailer" }]
"""
TABLES = """\
[[tool.releasegate.packages.companion]]
name = "back-end"
requires = ">=1"

[[tool.releasegate.packages.companion]]
name = "mailer"
"""
FAMILY = "\n".join(
    f"""\
[[tool.releasegate.packages]]
name = "{name}"
version-files = [{{ toml = "pyproject.toml", key = "project.version" }}]
pythons = ["3.12"]
"""
    for name in ("back-end", "mailer", "plugin")
)


@pytest.mark.parametrize("written", [LISTED, TABLES], ids=["in a list", "as tables"])
def test_a_package_may_have_several_companions(written: str) -> None:
    settings = parse_settings(FAMILY + written, where="pyproject.toml")
    assert settings.package("plugin").companions == (Companion("back-end", requires=">=1"), Companion("mailer"))


@pytest.mark.parametrize(
    "written",
    [
        'companion = { name = "mailer" }',
        'companion = [{ name = "mailer" }]',
        '[tool.releasegate.packages.companion]\nname = "mailer"',
        '[[tool.releasegate.packages.companion]]\nname = "mailer"',
    ],
)
def test_one_companion_may_stand_without_the_list(written: str) -> None:
    settings = parse_settings(FAMILY + written, where="pyproject.toml")
    assert settings.package("plugin").companions == (Companion("mailer"),)


def test_the_general_keys_are_read() -> None:
    found = settings(WHOLE)
    assert (found.staging, found.production, found.dependencies) == ("stage", "pypi", "testpypi")
    assert (found.propagation, found.production_without_forge) == (60.0, True)
    assert isinstance(found.propagation, float)
    assert found.indexes["stage"] == IndexConfig(
        name="stage",
        upload="http://127.0.0.1:8000/legacy/",
        simple="http://127.0.0.1:8000/simple/",
        token_env="STAGE_TOKEN",
        username="robot",
        keyring=True,
    )


def test_the_example_is_enough_and_the_rest_is_the_defaults() -> None:
    found = settings(EXAMPLE)
    version_files = (TomlVersionFile(Path("pyproject.toml"), "project.version"),)
    package = Package(name="my-package", path=Path(), version_files=version_files, pythons=("3.12", "3.13"))
    assert found == Settings(packages=(package,), indexes=found.indexes)


def test_the_aliases_are_always_there_with_their_variables() -> None:
    assert settings(EXAMPLE).indexes == {
        "testpypi": IndexConfig("testpypi", token_env="TESTPYPI_TOKEN"),
        "pypi": IndexConfig("pypi", token_env="PYPI_TOKEN"),
    }


def test_a_table_for_an_alias_overrides_what_it_names_and_leaves_the_rest() -> None:
    indexes = settings(EXAMPLE + "[tool.releasegate.indexes.testpypi]\nkeyring = true\n").indexes
    assert indexes["testpypi"] == IndexConfig("testpypi", token_env="TESTPYPI_TOKEN", keyring=True)
    indexes = settings(EXAMPLE + '[tool.releasegate.indexes.pypi]\ntoken-env = "MINE"\n').indexes
    assert indexes["pypi"] == IndexConfig("pypi", token_env="MINE")


def test_an_alias_can_be_given_other_addresses() -> None:
    table = '[tool.releasegate.indexes.pypi]\nupload = "http://[::1]:1/up"\nsimple = "https://a.example/simple/"\n'
    index = settings(EXAMPLE + table).indexes["pypi"]
    assert (index.upload, index.simple) == ("http://[::1]:1/up", "https://a.example/simple/")
    assert index.token_env == "PYPI_TOKEN"


def test_an_index_without_a_token_has_none() -> None:
    table = '[tool.releasegate.indexes.mirror]\nupload = "http://a.example/"\nsimple = "http://a.example/s/"\n'
    assert settings(EXAMPLE + table).indexes["mirror"].token_env is None


def test_names_that_only_begin_like_a_token_are_names() -> None:
    text = EXAMPLE.replace("my-package", "pypi-simple") + 'install = { requirements = ["pypi-attestations>=0.1"] }\n'
    (package,) = settings(text).packages
    assert package.name == "pypi-simple"
    assert package.install.requirements == ("pypi-attestations>=0.1",)


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert settings("\ufeff" + EXAMPLE.replace("\n", "\r\n")) == settings(EXAMPLE)


def test_every_kind_of_version_file_is_read() -> None:
    kinds = [
        '{ toml = "Cargo.toml", key = "package.version", spelling = "semver" }',
        '{ python = "pkg/__init__.py", attribute = "VERSION" }',
        '{ lock = "Cargo.lock", name = "my-crate" }',
        '{ setup = "setup.py" }',
        '{ ini = "setup.cfg", key = "metadata.version" }',
        '{ json = "package-lock.json", key = \'packages."".version\', spelling = "semver" }',
        '{ text = "CITATION.cff", pattern = "version: {version}" }',
    ]
    text = EXAMPLE.replace('{ toml = "pyproject.toml", key = "project.version" }', ", ".join(kinds))
    (package,) = parse_settings(text, where="pyproject.toml").packages
    assert [type(each) for each in package.version_files] == list(get_args(VersionFile))
