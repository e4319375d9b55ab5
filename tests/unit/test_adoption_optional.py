"""Modules that import only with an extra, only on another platform, or not at all because the wheel lacks them."""

from __future__ import annotations

import pytest
from adopted import INIT, STATIC, look

from releasegate.core.adopt.asked.questions import questions
from releasegate.core.adopt.detect import Detected
from releasegate.core.adopt.table import RepositoryFacts, table
from releasegate.core.config.keys import Install
from releasegate.core.config.parse import parse_settings

FACTS = RepositoryFacts("main", "origin", None)
OFFERED = '[project.optional-dependencies]\nHTTP = ["h2>=3,<5"]\nall = ["h2", "trio", "PyYAML"]\ntrio = ["trio"]\n'
ASIDE = {"quay_lamp/http.py": "import h2.config\nimport json\n", "quay_lamp/trio.py": "import trio\n", INIT: ""}


def installed(found: Detected) -> Install:
    (package,) = parse_settings(table(found, FACTS), where="a").packages
    return package.install


@pytest.mark.parametrize(
    "told",
    [
        '[project.scripts]\nlamp = "lampctl.app:main"\n',
        '[project.gui-scripts]\nlamp = "lampctl:main"\n',
        '[tool.poetry.scripts]\nlamp = "lampctl:main"\nother = { reference = "x" }\n',
        '[tool.hatch.build.targets.wheel]\npackages = ["quay_lamp", "lampctl"]\n',
    ],
)
def test_an_extra_for_a_package_beside_is_proposed_where_that_is_surely_installed(told: str) -> None:
    files = {INIT: "", "lampctl/__init__.py": "import h2\nimport lampctl.app\n", "lampctl/app.py": ""}
    assert look({"pyproject.toml": STATIC + told + OFFERED, **files}).extras == ("HTTP",)
    assert look({"pyproject.toml": STATIC + OFFERED, **files}).extras == ()


@pytest.mark.parametrize(
    ("files", "extras"),
    [
        ({"pyproject.toml": STATIC + OFFERED, **ASIDE}, ("HTTP", "trio")),
        ({"pyproject.toml": STATIC + OFFERED, INIT: "import yaml\n"}, ("all",)),
        ({"pyproject.toml": STATIC + OFFERED, INIT: "try:\n    import h2\nexcept ImportError:\n    h2 = None\n"}, ()),
        (
            {
                "pyproject.toml": STATIC + OFFERED,
                INIT: "try:\n    import h2\nexcept ImportError as e:\n    raise ImportError('pip install it') from e\n",
            },
            ("HTTP",),
        ),
        ({"pyproject.toml": STATIC + 'dependencies = ["h2"]\n' + OFFERED, INIT: "import h2\n"}, ()),
        (
            {
                "pyproject.toml": '[tool.poetry]\nname = "quay-lamp"\nversion = "1.4.0"\n[tool.poetry.dependencies]\n'
                'python = "^3.12"\nh2 = { version = "*", optional = true }\n[tool.poetry.extras]\nhttp = ["h2"]\n',
                INIT: "import h2\n",
            },
            ("http",),
        ),
        (
            {"setup.py": 'from setuptools import setup\nsetup(name="quay-lamp", version="1.4.0",\n'
             'extras_require={"http": ["h2"], KEY: ["trio"]})\n', INIT: "import h2\n"},
            ("http",),
        ),
        (
            {"setup.cfg": "[metadata]\nname = quay-lamp\nversion = 1.4.0\n[options.extras_require]\nhttp =\n  h2\n",
             INIT: "import h2\n"},
            ("http",),
        ),
        ({"pyproject.toml": STATIC + '[project.optional-dependencies]\nt = ["pytest"]\n', INIT: "import pytest\n"}, ()),
    ],
)  # fmt: skip
def test_the_extras_that_modules_cannot_be_imported_without_are_proposed(
    files: dict[str, str], extras: tuple[str, ...]
) -> None:
    found = look(files)
    assert found.extras == extras
    assert installed(found).extras == extras


def test_an_extra_of_modules_that_are_not_imported_anyway_is_not_proposed() -> None:
    files = {"pyproject.toml": STATIC + OFFERED, INIT: "", "quay_lamp/ui.py": "import netbox.plugins\nimport h2\n"}
    found = look(files)
    assert (found.extras, [pattern for pattern, _ in found.not_imported]) == ((), ["quay_lamp.ui"])


def test_an_end_to_end_command_with_an_extra_of_its_own_keeps_those_that_are_proposed() -> None:
    project = STATIC + OFFERED + 'test = ["pytest", "requests"]\n'
    suite = {"tests/e2e/test_it.py": "import quay_lamp, requests\ndef test_it(): pass\n"}
    found = look({"pyproject.toml": project, **ASIDE, **suite})
    (answer,) = (each.answers for each in questions(found, FACTS) if "judges it end to end" in each.asks)
    assert answer[1:] == (
        "# instead of the extras below [tool.releasegate.packages.install]:",
        'extras = ["HTTP", "test", "trio"]',
    )


@pytest.mark.parametrize(
    ("content", "patterns"),
    [
        ("import winreg\n", ["quay_lamp.win"]),
        ("try:\n    import winreg\nexcept ImportError:\n    import _winreg as winreg\n", ["quay_lamp.win"]),
        ("try:\n    import winreg\nexcept ImportError:\n    winreg = None\n", []),
        ("try:\n    import tomllib\nexcept ImportError:\n    import tomli as tomllib\n", []),
        ("import sys\nif sys.platform == 'win32':\n    import winreg\n", []),
    ],
)
def test_what_imports_only_on_windows_is_not_imported(content: str, patterns: list[str]) -> None:
    found = look({"pyproject.toml": STATIC, INIT: "", "quay_lamp/win.py": content})
    assert [pattern for pattern, _ in found.not_imported] == patterns


def test_modules_that_the_wheel_lacks_are_no_exemptions_of_its_imports() -> None:
    setup = (
        "from setuptools import find_packages, setup\n"
        'setup(name="quay-lamp", version="1.4.0", packages=find_packages("src", exclude=["quay_lamp.tests", DIR]))\n'
    )
    files = {"setup.py": setup, INIT: "", "quay_lamp/tests/__init__.py": "", "quay_lamp/tests/a.py": "import pytest\n"}
    found = look(files)
    assert found.omitted == (("quay_lamp/tests/**", "kept out by packages.find.exclude"),)
    assert found.not_imported == ()


LISTED = '["quay_lamp", "quay_lamp.on.at"]'


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": f'setup(name="quay-lamp", version="1", packages={LISTED})\n'},
        {
            "setup.py": "",
            "setup.cfg": "[metadata]\nname = quay-lamp\nversion = 1.0\n"
            "[options]\npackages =\n  quay_lamp\n  quay_lamp.on.at\n",
        },
        {"pyproject.toml": f"{STATIC}[tool.setuptools]\npackages = {LISTED}\n"},
    ],
    ids=["setup.py", "setup.cfg", "pyproject.toml"],
)
def test_a_folder_that_is_not_among_packages_that_are_listed_stays_out(files: dict[str, str]) -> None:
    folders = ("on", "on/at", "tests", "tests/deep", "data")
    modules = {f"quay_lamp/{folder}/a.py": "import pytest\n" for folder in folders[:-1]}
    found = look({**files, INIT: "", **modules, "quay_lamp/data/a.txt": ""})
    assert found.omitted == (("quay_lamp/tests/**", "kept out by the list of packages"),)
    assert [pattern for pattern, _ in found.not_imported] == ["quay_lamp.on.a", "quay_lamp.on.at.a"]


def test_what_no_package_reads_is_no_exemption() -> None:
    files = {"pyproject.toml": STATIC, INIT: "", "quay_lamp/.gitkeep": "", "MANIFEST.in": "global-exclude .gitkeep\n"}
    assert look(files).omitted == ()


@pytest.mark.parametrize(
    "packages",
    [
        '["quay_lamp", "quay_lamp.tests"]',
        '["quay_lamp", *find_packages(".")]',
        "['other']",
        "find_packages(where='src')",
        "f()(exclude=['quay_lamp.tests'])",
    ],
)
def test_packages_that_setup_py_does_not_exclude_are_in_the_wheel(packages: str) -> None:
    setup = f'from setuptools import *\nsetup(name="quay-lamp", version="1.4.0", packages={packages})\n'
    files = {"setup.py": setup, INIT: "", "quay_lamp/tests/__init__.py": ""}
    assert look(files).omitted == ()


@pytest.mark.parametrize(
    ("files", "module"),
    [
        ({"pyproject.toml": STATIC, "quay_lamp.py": ""}, "quay_lamp"),
        ({"pyproject.toml": STATIC, "src/quay_lamp.py": ""}, "quay_lamp"),
        ({"pyproject.toml": STATIC + '[tool.setuptools]\npy-modules = ["lamp"]\n', "lamp.py": ""}, "lamp"),
        ({"pyproject.toml": STATIC + '[tool.flit.module]\nname = "lamp"\n', "lamp.py": ""}, "lamp"),
        ({"setup.py": 'setup(name="quay-lamp", version="1.4.0", py_modules=["lamp", L])\n', "lamp.py": ""}, "lamp"),
        ({"setup.cfg": "[metadata]\nname=lamps\nversion=1.4.0\n[options]\npy_modules = lamp\n", "lamp.py": ""}, "lamp"),
        (
            {
                "pyproject.toml": STATIC + '[tool.hatch.build.targets.wheel]\nonly-include = ["src/lamp.py", "x/"]\n',
                "src/lamp.py": "",
            },
            "lamp",
        ),
        (
            {
                "pyproject.toml": STATIC + '[tool.hatch.build.force-include]\n"lamp.py" = "lamp.py"\n',
                "lamp.py": "",
            },
            "lamp",
        ),
        ({"pyproject.toml": STATIC + '[tool.poetry]\npackages = [{include = "lamp.py"}]\n', "lamp.py": ""}, "lamp"),
        ({"pyproject.toml": STATIC + '[tool.pdm.build]\nincludes = ["lamp.py"]\n', "lamp.py": ""}, "lamp"),
        ({"pyproject.toml": STATIC, "docs/quay_lamp.py": ""}, None),
    ],
)  # fmt: skip
def test_a_package_that_is_a_single_module_can_be_tried_end_to_end(files: dict[str, str], module: str | None) -> None:
    found = look(files)
    assert found.module is None
    command = None if found.end_to_end is None else found.end_to_end.command
    assert command == (None if module is None else ("python", "-c", f"import {module}"))


def test_what_a_module_of_data_states_is_asked_about_and_no_disagreement() -> None:
    files = {"pyproject.toml": STATIC, INIT: "", "quay_lamp/unicode.py": '__version__ = "17.0.0"\n'}
    found = look(files)
    assert [str(each.version_file.path) for each in found.version_files] == ["pyproject.toml"]
    assert [str(each.version_file.path) for each in found.others] == ["quay_lamp/unicode.py"]
    (asked,) = (each for each in questions(found, FACTS) if each.asks.startswith("Which of these is about"))
    assert "line 1 states 17.0.0" in asked.answers[0]


@pytest.mark.parametrize("told", ["lamp.__version__", "__version__", "read('lamp/_version.py')", "told('_version.py')"])
def test_a_version_that_setup_py_has_from_the_package_is_no_note(told: str) -> None:
    setup = f'import lamp\nsetup(name="lamp", version={told})\n'
    files = {"setup.py": setup, "lamp/__init__.py": "", "lamp/_version.py": '__version__ = "1.4.0"\n'}
    assert (look(files).notes, look(files).version) == ((), "1.4.0")


def test_a_version_that_setup_py_makes_by_itself_is_told_of() -> None:
    setup = 'setup(name="lamp", version=ask_git())\n'
    found = look({"setup.py": setup, "lamp/__init__.py": '__version__ = "1.4.0"\n'})
    assert found.notes[0].startswith("The build reads setup.py, where no version can be changed")
