"""Every place that states a package's version is proposed, whatever builds it and whatever bumped it so far."""

# ruff: noqa: E501 - a repository is one line

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from adopted import DYNAMIC, INIT, STATIC, look, shown

from releasegate.core.adopt.asked.questions import questions
from releasegate.core.adopt.detect import Surroundings
from releasegate.core.adopt.table import RepositoryFacts
from releasegate.core.errors import ConfigurationError

FACTS = RepositoryFacts("main", "origin", None)
PROJECT = "pyproject.toml project.version"
VERSIONED = '__version__ = "1.4.0"\n'


@pytest.mark.parametrize(
    ("files", "places"),
    [
        ({"pyproject.toml": STATIC}, [PROJECT]),
        # Another package's own version is for its own release to change, whatever it is now.
        (
            {
                "pyproject.toml": STATIC,
                "pkgs/pier/pyproject.toml": '[project]\nname = "pier"\nversion = "1.4.0"\n',
                "docs/pyproject.toml": '[tool.poetry]\nname = "docs"\nversion = "1.4.0"\n',
            },
            [PROJECT],
        ),
        ({"pyproject.toml": STATIC, INIT: "VERSION = (1, 4, 0)\n"}, [PROJECT, f"{INIT} VERSION"]),
        ({"pyproject.toml": STATIC, INIT: "version_info = (1, 4, 0, 'final', 0)"}, [PROJECT, f"{INIT} version_info"]),
        (
            {
                "pyproject.toml": STATIC,
                INIT: f"{VERSIONED}class LampConfig(PluginConfig):\n    version = __version__\n",
            },
            [PROJECT, f"{INIT} __version__"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "quay_lamp.__version__" }}\n',
                INIT: "from ._version import version as __version__\n",
                "quay_lamp/_version.py": 'version = "1.4.0"\n',
            },
            ["quay_lamp/_version.py version"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "quay_lamp.__version__" }}\n',
                INIT: "from quay_lamp import version\nfrom .version import __version__\n",
                "quay_lamp/version.py": "VERSION = (1, 4, 0)\n__version__ = '.'.join(map(str, VERSION))\n",
            },
            ["quay_lamp/version.py VERSION"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "quay_lamp.__version__" }}\n',
                INIT: "from . import _about\n__version__ = _about.version\n",
                "quay_lamp/_about.py": 'version = "1.4.0"\n',
            },
            ["quay_lamp/_about.py version"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "quay_lamp.__version__" }}\n',
                INIT: "from quay_lamp._about import NUMBER\n__version__ = NUMBER\n",
                "quay_lamp/_about.py": 'NUMBER = "1.4.0"\n',
            },
            ["quay_lamp/_about.py NUMBER"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ file = ["VERSION"] }}\n',
                "VERSION": "1.4.0\n",
            },
            ["VERSION {version}"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\npath = "VERSION"\npattern = "(?P<version>.*)"\n',
                "VERSION": "v1.4.0\n",
            },
            ["VERSION v{version}"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\npath = "a.txt"\n',
                "a.txt": "# 1\nVERSION = 'v1.4.0'  # x\n",
            },
            ["a.txt VERSION = 'v{version}'  # x"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\nsource = "code"\npath = "{INIT}"\nexpression = "number"\n',
                INIT: 'number = "1.4.0"\n',
            },
            [f"{INIT} number"],
        ),
        (
            {"pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\nsource = "code"\npath = "{INIT}"\n', INIT: VERSIONED},
            [f"{INIT} __version__"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\nsource = "nodejs"\n',
                "package.json": '{"version": "1.4.0"}',
            },
            ["package.json version"],
        ),
        ({"setup.py": 'setup(name="quay-lamp", version="1.4.0")'}, ["setup.py"]),
        ({"setup.py": 'V = "1.4.0"\nsetup(name="quay-lamp", version=V)'}, ["setup.py"]),
        (
            {
                "setup.py": 'setup(name="quay-lamp", package_dir={"": "lib"}, version=x.v)',
                "setup.cfg": "[metadata]\nversion = attr: quay_lamp.version\n",
                "lib/quay_lamp.py": "version = '1.4.0'\n",
            },
            ["lib/quay_lamp.py version"],
        ),
        ({"setup.cfg": "[metadata]\nname = quay-lamp\nversion = 1.4.0\n"}, ["setup.cfg metadata.version"]),
        (
            {"setup.cfg": "[metadata]\nname = quay-lamp\nversion = file: VERSION.txt\n", "VERSION.txt": "v1.4.0"},
            ["VERSION.txt v{version}"],
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[build-system]\nbuild-backend = "flit_core.buildapi"\n'
                '[tool.flit.module]\nname = "lamp"\n',
                "src/lamp/__init__.py": VERSIONED,
            },
            ["src/lamp/__init__.py __version__"],
        ),
        (
            {"pyproject.toml": '[tool.poetry]\nname = "quay-lamp"\nversion = "1.4.0"\n'},
            ["pyproject.toml tool.poetry.version"],
        ),
    ],
)
def test_what_the_build_reads_is_found_followed_to_where_it_is_written(
    files: dict[str, str], places: list[str]
) -> None:
    found = look(files)
    assert (found.version, shown(found)) == ("1.4.0", places)


@pytest.mark.parametrize(
    ("path", "text", "places"),
    [
        ("CITATION.cff", "cff-version: 1.2.0\nversion: '1.4.0'\n", ["version: '{version}'"]),
        ("CITATION.cff", "cff-version: 1.2.0\nversion: v1.4.0\n", ["version: v{version}"]),
        ("CITATION.cff", "cff-version: 1.2.0\n", []),
        (
            "CITATION.cff",
            "cff-version: 1.2.0\nversion: 1.4.0\nreferences:\n  - version: 2.0\n  - version: 3.0\n",
            ["\nversion: {version}"],
        ),
        ("CITATION.cff", "version: 1.4.0\nreferences:\n  - version: 2.0\n", []),
        ("docs/conf.py", 'release = "1.4.0"\nversion = "1.4"\n', ["release", "version"]),
        ("docs/conf.py", 'release = "1.4.0"\nversion = "1.3"\n', ["release", "version"]),
        ("docs/conf.py", 'release = "1.4"\nversion = "1"\n', ["release"]),
        ("doc/conf.py", 'version = "1.4.0"\nrelease = version\n', ["release"]),
        ("docs/conf.py", 'release = get("x")\n', []),
        (
            "chart/Chart.yaml",
            'apiVersion: v2\nversion: 1.4.0\nappVersion: "v1.4.0"\n',
            ["version: {version}", 'appVersion: "v{version}"'],
        ),
        ("package.json", '{"name": "x", "version": "1.4.0"}', ["version"]),
        (
            "package-lock.json",
            '{"version": "1.4.0", "packages": {"": {"version": "1.4.0"}}}',
            ["version", 'packages."".version'],
        ),
        ("codemeta.json", '{"version": "1.4.0", "softwareVersion": "1.4.0"}', ["softwareVersion", "version"]),
        ("openapi.json", '{"info": {"version": "1.4.0"}, "x": "1.4.0"}', ["info.version"]),
        ("openapi.json", '{"info": {"version": 1}, "version": "main"}', []),
        ("data.json", '{"version": 1}', []),
        ("data.json", '["version"', []),
        ("Cargo.toml", '[workspace.package]\nversion = "1.4.0"\n', ["workspace.package.version"]),
        ("pixi.toml", '[package]\nversion = "1.4.0"\n[[x]]\nversion = "1.4.0"\n', ["package.version"]),
        ("pixi.toml", '[workspace]\nname = "Quay_Lamp"\nversion = "1.4.0"\n', ["workspace.version"]),
        ("pixi.lock", "packages:\n- pypi: ./\n  name: quay-lamp\n  version: 1.4.0\n", [""]),
        ("odd.toml", "['a b']\nversion = '1.4.0'\n", []),
        ("odd.toml", "[", []),
        ("odd.toml", "version = 'main'\n", []),
        ("settings.ini", "[DEFAULT]\nlib_name = lamp\nversion = 1.4.0\n[a]\nb = 1\n", ["DEFAULT.version"]),
        (".bumpversion.cfg", "[x]\nversion = 1.4.0\n", ["x.version"]),
        ("broken.cfg", "version = 1.4.0\n", []),
        (
            "Dockerfile",
            "FROM x\nLABEL org.opencontainers.image.version=1.4.0\nRUN pip install quay-lamp==1.4.0\n",
            ["LABEL org.opencontainers.image.version={version}"],
        ),
        ("Dockerfile", "ARG QUAY_LAMP_VERSION=1.4.0\nARG UV_VERSION=1.4.0\n", ["ARG QUAY_LAMP_VERSION={version}"]),
        (
            "CMakeLists.txt",
            "cmake_minimum_required(VERSION 1.4.0)\nproject(l VERSION 1.4.0)\n",
            ["project(l VERSION {version})"],
        ),
        ("meson.build", "project('l', 'c',\n  version: '1.4.0')\n", ["version: '{version}')"]),
        ("flake.nix", '{ version = "1.4.0"; }\n', ['{ version = "{version}"; }']),
        ("PKGBUILD", "pkgname=lamp\npkgver=1.4.0\n", ["pkgver={version}"]),
        ("chart/values.yaml", "image:\n  tag: 'v1.4.0'\nstage: 1.4.0\n", ["tag: 'v{version}'"]),
        ("other.yaml", "image:\n  tag: 1.4.0\n", []),
        ("Makefile", "VERSION := 1.4.0\n", ["VERSION := {version}"]),
        ("recipe/meta.yaml", '{% set version = "1.4.0" %}\n', ['{% set version = "{version}" %}']),
        ("app.yaml", "min_version: 1.4.0\npython-version: 1.4.0\n\tversion: 1.4.0\n", ["version: {version}"]),
        ("quay_lamp/VERSION", "1.4.0\n", ["{version}"]),
        ("src/quay_lamp/VERSION", "1.4.0\n", ["{version}"]),
        ("a/quay_lamp/VERSION", "1.4.0\n", []),
        ("version.txt", "v1.4.0", ["v{version}"]),
        ("version.txt", "1.4.0 of 3", []),
        (".github/workflows/a.yml", "version: 1.4.0\n", []),
        ("tests/a.yml", "version: 1.4.0\n", []),
        ("poetry.lock", '[[package]]\nname = "x"\nversion = "1.4.0"\n', []),
        ("pnpm-lock.yaml", "version: 1.4.0\n", []),
        ("uv.lock", '[[package]]\nname = "quay-lamp"\nversion = "1.4.0"\nsource = { editable = "." }\n', [""]),
        ("../../uv.lock", '[[package]]\nname = "quay-lamp"\nversion = "1.4.0"\nsource = { editable = "a" }\n', [""]),
        ("pylock.toml", '[[packages]]\nname = "quay-lamp"\nversion = "1.4.0"\ndirectory = { path = "." }\n', [""]),
        ("../other.yaml", "version: 1.4.0\n", []),
        ("bad\nname.yaml", "version: 1.4.0\n", []),
    ],
)
def test_what_says_the_same_beside_the_code_is_found(path: str, text: str, places: list[str]) -> None:
    found = look({"pyproject.toml": STATIC, path: text})
    assert shown(found) == [PROJECT, *(f"{path} {place}".strip() for place in places)]


def test_a_crates_own_entry_in_its_lock_is_found() -> None:
    crate = '[package]\nname = "lamp-sys"\nversion = "1.4.0"\n'
    lock = '[[package]]\nname = "lamp-sys"\nversion = "1.4.0"\n'
    found = look({"pyproject.toml": STATIC, "rust/Cargo.toml": crate, "Cargo.lock": lock, "broken/Cargo.toml": "["})
    assert shown(found)[1:] == ["rust/Cargo.toml package.version", "Cargo.lock lamp-sys"]


@pytest.mark.parametrize(
    ("path", "text", "remark"),
    [
        (INIT, '__version__ = "1.3.9"\n', "states 1.3.9, not 1.4.0"),
        ("quay_lamp/_version.py", 'version = "1.3.9"\n', "states 1.3.9, not 1.4.0"),
        (INIT, "VERSION = (1, 3, 9)\n", "states 1.3.9, not 1.4.0"),
        (INIT, 'class C(x.PluginConfig):\n    version = "1.3.9"\n', "states 1.3.9, not 1.4.0"),
        ("CITATION.cff", "version: 1.3.9\n", "states 1.3.9, not 1.4.0"),
        ("docs/conf.py", 'release = "1.3.9"\n', "states 1.3.9, not 1.4.0"),
        (
            "uv.lock",
            '[[package]]\nname = "quay-lamp"\nversion = "1.3.9"\nsource = { editable = "." }\n',
            "states 1.3.9",
        ),
        ("setup.cfg", "[metadata]\nversion = 1.3.9\n", "states 1.3.9, not 1.4.0"),
        (INIT, b"# coding: latin-1\n# \xe9\n__version__ = '1.3.9'\n", "states 1.3.9, not 1.4.0"),
        ("package.json", '{"name": "@quay/quay_lamp", "version": "1.3.9"}', "states 1.3.9, not 1.4.0"),
        ("native/Cargo.toml", '[package]\nname = "quay-lamp"\nversion = "1.3.9"\n', "states 1.3.9, not 1.4.0"),
        (
            "pylock.dev.toml",
            '[[packages]]\nname = "quay-lamp"\nversion = "1.3.9"\ndirectory = { path = "." }\n',
            "states 1.3.9, not 1.4.0",
        ),
    ],
)
def test_a_usual_or_declared_place_that_disagrees_is_proposed_and_named(
    path: str, text: str | bytes, remark: str
) -> None:
    found = look({"pyproject.toml": STATIC, INIT: "", path: text})
    assert (found.version, found.version_files[0].remark) == ("1.4.0", "")
    assert found.version_files[1].version_file.path == PurePosixPath(path)
    assert found.version_files[1].remark.startswith(remark)
    assert any("states 1.3.9" in note and "until they agree" in note for note in found.notes)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("quay_lamp/schema.py", 'VERSION = "3"\n'),
        ("quay_lamp/_vendor/other/__init__.py", '__version__ = "2.0"\n'),
        (INIT, 'class Schema:\n    version = "3"\n'),
        ("package.json", '{"version": "9.0.0"}'),
        ("chart/Chart.yaml", "version: 0.1.0\n"),
    ],
)
def test_what_only_looks_like_a_version_must_say_the_same(path: str, text: str) -> None:
    assert shown(look({"pyproject.toml": STATIC, path: text})) == [PROJECT]


@pytest.mark.parametrize(
    ("path", "text", "row"),
    [
        (
            "package.json",
            '{"version": "9.0.0"}',
            '{ json = "package.json", key = "version", spelling = "semver" }, # line 1',
        ),
        (
            "ui/manifest.json",
            '{"name": "quay-lamp", "version": "1.3.9"}',
            '{ json = "ui/manifest.json", key = "version" }, # line 1',
        ),
        ("VERSION", "1.3.9\n", '{ text = "VERSION", pattern = "{version}" }, # line 1'),
        (
            "quay_lamp/schema.py",
            'VERSION = "3"\n',
            '{ python = "quay_lamp/schema.py", attribute = "VERSION" }, # line 1',
        ),
        (
            "chart/Chart.yaml",
            'version: 0.1.0\nappVersion: "1.3.9"\n',
            r'{ text = "chart/Chart.yaml", pattern = "appVersion: \"{version}" }, # line 2',
        ),
    ],
)
def test_what_usually_is_the_version_and_states_another_is_asked_about(path: str, text: str, row: str) -> None:
    found = look({"pyproject.toml": STATIC, INIT: "", path: text})
    (question,) = [each for each in questions(found, FACTS) if "about quay-lamp 1.4.0" in each.asks]
    assert (question.place, len(question.answers)) == ("file", 1)
    assert question.answers[0].startswith(f"{row} states ")


def test_of_many_that_state_another_version_some_are_shown() -> None:
    files = {f"quay_lamp/m{n}.py": 'VERSION = "3"\n' for n in range(12)}
    found = look({"pyproject.toml": STATIC, INIT: "", **files})
    (question,) = [each for each in questions(found, FACTS) if "about quay-lamp 1.4.0" in each.asks]
    assert (len(question.answers), question.answers[-1]) == (9, "# and 4 more")


@pytest.mark.parametrize(
    "path",
    ["quay_lamp/_vendor/other.py", "quay_lamp/extern/other.py", "quay_lamp/third_party/__init__.py", "samples/a.py"],
)
def test_what_others_state_is_not_asked_about(path: str) -> None:
    files = {"pyproject.toml": STATIC, INIT: "", "samples/__init__.py": "", path: 'VERSION = "3"\n'}
    assert look(files).others == ()


def test_a_lock_follows_the_crate_that_states_the_version() -> None:
    files = {
        "rust/Cargo.toml": '[package]\nname = "lamp-sys"\nversion = "1.4.0"\n',
        "Cargo.lock": '[[package]]\nname = "lamp-sys"\nversion = "1.3.9"\n',
        "ui/Cargo.toml": '[package]\nversion = "1.3.9"\n',
        "in/Cargo.toml": '[package]\nname = "other"\nversion = { workspace = true }\n',
    }
    found = look({"pyproject.toml": STATIC, **files})
    assert shown(found)[1:] == ["rust/Cargo.toml package.version", "Cargo.lock lamp-sys"]
    assert found.version_files[2].remark.startswith("states 1.3.9, not 1.4.0")


def test_an_import_is_followed_upwards_and_a_circle_ends() -> None:
    project = f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "quay_lamp.sub.a.number" }}\n'
    found = look(
        {
            "pyproject.toml": project,
            INIT: 'version_info = "x"\n',
            "quay_lamp/sub/__init__.py": "",
            "quay_lamp/sub/a.py": "from ..about import number\n",
            "quay_lamp/about.py": "from quay_lamp.sub.a import number\nnumber = '1.4.0'\n",
        }
    )
    assert shown(found) == ["quay_lamp/about.py number"]


def test_a_plain_file_that_is_empty_or_not_there_is_none() -> None:
    project = f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ file = ["GONE", "EMPTY"] }}\n'
    assert shown(look({"pyproject.toml": project, "EMPTY": " ", INIT: VERSIONED})) == [f"{INIT} __version__"]


def test_what_the_build_reads_and_nobody_can_change_is_said() -> None:
    project = f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "quay_lamp.number" }}\n'
    found = look({"pyproject.toml": project, INIT: f"{VERSIONED}number = compute()\n"})
    assert shown(found) == [f"{INIT} __version__"]
    assert found.notes[0].startswith(
        f"The build reads {INIT}, where no version can be changed: {INIT}:2: number is comp"
    )
    with pytest.raises(ConfigurationError, match="has no assignment to number"):
        look({"pyproject.toml": project, INIT: 'class Schema:\n    version = "3"\n'})


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('MAJOR = 1\n__version__ = f"{MAJOR}.4.0"\n', True),
        ('MAJOR = 1\nVERSION = "%d.4.0" % MAJOR\n__version__ = VERSION\n', True),
        ('MAJOR = 1\n__version__ = f"{MAJOR}.3.0"\n', False),
        ('VERSION = (1, 4, 0)\n__version__ = ".".join(map(str, VERSION))\n', False),
        ('VERSION = "1.4.0"\n__version__ = VERSION + ""\n', False),
        ("__version__ = version(__name__)\n", False),
        ('MAJOR, MINOR, PATCH = 1, 4, 0\n__version__ = f"{MAJOR}.{MINOR}.{PATCH}"\n', True),
        ('Info = namedtuple("Info", "a b c d")\nversion_info = Info(1, 4, 0, "final")\n', True),
        ("Info = object\nVERSION = Info(major=1, minor=4, micro=0)\n__version__ = str(VERSION)\n", True),
        ('x = 1\nVERSION = {"major": 1, "minor": 4, "patch": 0}\n', True),
        ('x = 1\nVERSION = {"major": 1, "minor": 3, "patch": 0}\n', False),
        ("x = 1\nVERSION = Info(1)\n", False),
        ('x = 1\n__version__ = "1.4" ".0"\n', True),
        ('x = 1\n__version__ = Version("quay_lamp", 1, 4, 0)\n', True),
        ('VERSION = tuple([1, 4, 0])\n__version__ = ".".join(str(i) for i in VERSION)\n', True),
        ('x = 1\n__version__ = "1.\\x34.0"\n', True),
        ('x = 1\n__version__ = "1.3" ".0"\n', False),
    ],
)
def test_a_version_made_of_parts_is_told_as_one_that_no_bump_follows(code: str, *, told: bool) -> None:
    found = look({"pyproject.toml": STATIC, INIT: code, "quay_lamp/data/a.py": code})
    assert [note.startswith(f"{INIT}:2 makes") for note in found.notes if "of parts" in note] == [True] * told


def test_a_version_made_of_parts_is_told_of_a_module_that_is_about_it_however_deep_it_lies() -> None:
    code = 'MAJOR, MINOR, (PATCH) = 1, 4, 0\n__version__ = f"{MAJOR}.{MINOR}.{PATCH}"\n'
    found = look({"pyproject.toml": STATIC, INIT: "", "quay_lamp/core/version.py": code})
    assert [note for note in found.notes if note.startswith("quay_lamp/core/version.py:2 makes __version__ of parts")]


@pytest.mark.parametrize(
    "files",
    [
        {"quay_lamp/base.py": "class Base(PluginConfig): pass\n", INIT: "class Lamp(Base):\n    version = '1.3.0'\n"},
        {INIT: "from hosts.plugins import PluginConfig as Base\nclass Lamp(Base):\n    version = '1.3.0'\n"},
        {
            INIT: "from .base import Base as B\nclass Lamp(B):\n    version = '1.3.0'\n",
            "quay_lamp/base.py": "class Base(x.AppConfig): pass\n",
        },
    ],
)
def test_a_plugin_s_class_is_known_by_the_bases_of_its_bases(files: dict[str, str]) -> None:
    assert shown(look({"pyproject.toml": STATIC, **files})) == [PROJECT, f"{INIT} Lamp.version"]


def test_a_class_that_rests_on_itself_or_on_nothing_that_is_here_configures_nothing() -> None:
    code = "class A(B):\n    version = '1.3.0'\nclass B(A): pass\nclass C(gone.D):\n    version = '1.3.0'\n"
    assert shown(look({"pyproject.toml": STATIC, INIT: code})) == [PROJECT]


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (
            {"lib/quay_lamp/about.py": VERSIONED, "tests/quay_lamp/about.py": VERSIONED},
            "lib/quay_lamp/about.py __version__",
        ),
        ({"quay_lamp/about.py": VERSIONED, "a/quay_lamp/about.py": VERSIONED}, "quay_lamp/about.py __version__"),
    ],
)
def test_a_module_is_found_below_whatever_folder_is_the_root_of_all_packages(files: dict[str, str], place: str) -> None:
    dynamic = f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "quay_lamp.about.__version__" }}\n'
    assert shown(look({"pyproject.toml": dynamic, **files})) == [place]


def test_the_name_that_setup_py_takes_from_a_module_it_runs_is_followed_there() -> None:
    setup = 'ns = {}\nexec(open("quay_lamp/_meta.py").read(), ns)\nsetup(name="quay-lamp", version=ns["RELEASE"])\n'
    found = look({"setup.py": setup, INIT: "", "quay_lamp/_meta.py": 'RELEASE = "1.4.0"\n'})
    assert shown(found) == ["quay_lamp/_meta.py RELEASE"]


def test_a_version_that_the_build_reads_and_is_made_of_parts_is_refused_with_its_place() -> None:
    dynamic = f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "quay_lamp.__version__" }}\n'
    with pytest.raises(ConfigurationError, match=r"The build reads quay_lamp/__init__\.py, where no version") as error:
        look({"pyproject.toml": dynamic, INIT: 'MAJOR = 1\n__version__ = f"{MAJOR}.4.0"\n'})
    assert "one text" in str(error.value.hint)


def test_a_link_is_left_as_it_is_and_the_file_that_it_leads_to_follows() -> None:
    dynamic = f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ file = "VERSION" }}\n'
    end, link = PurePosixPath("quay_lamp/VERSION"), PurePosixPath("VERSION")
    found = look(
        {"pyproject.toml": dynamic, "VERSION": "1.4.0\n", str(end): "1.4.0\n"}, Surroundings(links={link: end})
    )
    assert (shown(found), found.leftovers) == (["quay_lamp/VERSION {version}"], ())


@pytest.mark.parametrize("path", ["lampmod.py", "src/lampmod.py"])
def test_a_module_that_is_a_file_alone_states_the_version_whatever_it_is_called(path: str) -> None:
    build = '[tool.setuptools]\npy-modules = ["lampmod"]\n'
    found = look({"pyproject.toml": f"{STATIC}{build}", path: '__version__ = "1.3.0"\n', "other.py": VERSIONED})
    assert shown(found) == [PROJECT, f"{path} __version__"]


def test_a_tuple_beside_an_epoch_is_told_as_what_no_bump_follows() -> None:
    found = look(
        {"pyproject.toml": STATIC.replace("1.4.0", "1!1.4.0"), INIT: "VERSION = (1, 4, 0)\n__version__ = '1!1.4.0'\n"}
    )
    assert shown(found) == [PROJECT, f"{INIT} __version__"]
    assert [note for note in found.notes if "No bump follows there: state it as text" in note]


def test_a_table_that_is_called_as_the_package_is_and_states_another_version_is_asked_about() -> None:
    text = '[workspace]\nname = "quay-lamp"\nversion = "1.3.0"\n[other]\nname = "x"\nversion = "1.2.0"\n'
    found = look({"pyproject.toml": STATIC, "pixi.toml": text})
    assert [(str(each.version_file.path), each.occurrence.version) for each in found.others] == [("pixi.toml", "1.3.0")]


@pytest.mark.parametrize(
    ("tags", "told"),
    [(["rel_1_4_0", "rel_1_3_0"], True), (["rel_1_4_0", "v1.4.0"], False), (["nightly"], False), ([], False)],
)
def test_tags_that_no_version_is_read_from_are_told(tags: list[str], *, told: bool) -> None:
    found = look({"pyproject.toml": STATIC}, Surroundings(tags=tuple(tags)))
    assert [each for each in found.notes if each.startswith("rel_1_4_0 is not read as the tag")] == [
        each for each in found.notes if told
    ]


def test_what_cannot_be_changed_and_states_another_version_is_nobody_s() -> None:
    found = look({"pyproject.toml": STATIC.replace("1.4.0", "1!1.4.0"), INIT: "VERSION = (1, 3, 0)\n"})
    assert (shown(found), [note for note in found.notes if "bump follows" in note]) == ([PROJECT], [])


def test_two_numbers_that_no_whole_version_stands_beside_lead_to_none() -> None:
    dynamic = f'{DYNAMIC}[tool.hatch.version]\npath = "{INIT}"\n'
    with pytest.raises(ConfigurationError):
        look({"pyproject.toml": dynamic, INIT: "", "docs/conf.py": 'version = "1.4"\n'})


@pytest.mark.parametrize(("version", "kept"), [("1.4.0", True), ("1.3.0", False)])
def test_a_plugin_s_class_that_lies_deep_is_asked_about(version: str, *, kept: bool) -> None:
    deep = "quay_lamp/config/app.py"
    found = look({"pyproject.toml": STATIC, INIT: "", deep: f"class App(PluginConfig):\n    version = '{version}'\n"})
    assert shown(found) == [PROJECT, *([f"{deep} App.version"] if kept else [])]
    assert [str(each.version_file.path) for each in found.others] == ([] if kept else [deep])


@pytest.mark.parametrize("table", ["briefcase", "briefcase.app.lamp", "briefcase.app.lamp.macOS", "pixi.workspace"])
def test_what_another_tool_packages_by_a_version_of_its_own_is_found_and_asked_about(table: str) -> None:
    def found(version: str) -> tuple[list[str], list[str]]:
        seen = look({"pyproject.toml": f'{STATIC}[tool.{table}]\nversion = "{version}"\n'})
        return shown(seen), [str(each.occurrence) for each in seen.others]

    assert found("1.4.0") == ([PROJECT, f"pyproject.toml tool.{table}.version"], [])
    assert found("1.3.0") == ([PROJECT], [f"pyproject.toml:6 states 1.3.0 (tool.{table}.version)"])


def test_the_version_of_what_another_tool_depends_on_is_not_asked_about() -> None:
    text = f'{STATIC}[tool.pixi.dependencies.tar]\nversion = "1.3.0"\n[tool.pixi.tasks.x]\nversion = "1.3.0"\n'
    assert look({"pyproject.toml": text}).others == ()


def test_a_name_that_is_deleted_is_asked_about_by_nobody_and_what_it_was_given_to_is_followed() -> None:
    text = "version = '1.4.0'\n__version__ = version\nVERSION = '3.0'\nMAJOR = 1\n"
    text += "version_info = Info(MAJOR, 4, 0)\ndel (version, VERSION), version_info\n"
    found = look({"pyproject.toml": STATIC, INIT: text})
    assert (shown(found), found.others, found.notes) == ([PROJECT, f"{INIT} __version__"], (), ())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"name": "quay-lamp", "private": true, "version": "0.0.0"}'),
        ("native/Cargo.toml", '[package]\nname = "quay-lamp"\nversion = "0.0.0"\n'),
    ],
)
def test_a_version_of_zeros_is_asked_about_and_makes_nothing_red(path: str, text: str) -> None:
    found = look({"pyproject.toml": STATIC, path: text})
    assert (shown(found), found.notes) == ([PROJECT], ())
    assert [str(each.version_file.path) for each in found.others] == [path]
    assert look({"pyproject.toml": STATIC, f"e2e/{path}": text.replace("quay-lamp", "another")}).others == ()


def test_a_version_that_is_none_is_told_with_one_that_is() -> None:
    with pytest.raises(ConfigurationError, match=r"'1\.4-SNAPSHOT', which is not a version by PEP 440") as refusal:
        look({"pyproject.toml": STATIC.replace("1.4.0", "1.4-SNAPSHOT")})
    assert refusal.value.hint == "Write one that is: 1.2.3, or 1.2.3.dev0 on the way there"
