"""What adopt proposes beside the version files: tags' beginnings, what is not imported, what stays out of the wheel."""

# ruff: noqa: E501 - a repository is one line

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from adopted import DYNAMIC, INIT, STATIC, look, shown

from releasegate.core.adopt.detect import Surroundings, detect
from releasegate.core.adopt.prefixes import Around, choose, newest_first, split
from releasegate.core.adopt.table import RepositoryFacts, table
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.config.parse import parse_settings
from releasegate.core.stacks.host import Host

LAMP, BUOY = frozenset({"quay-lamp"}), frozenset({"quay-buoy"})


@pytest.mark.parametrize(
    ("tag", "prefix"),
    [
        ("v1.2.0", "v"),
        ("1.2.0rc1", ""),
        ("name@1.2.0", "name@"),
        ("name==1.2.0", "name=="),
        ("name/v1.2.0", "name/v"),
        ("@scope/name@1.2.0", "@scope/name@"),
        ("v1!2026.1", "v"),
        ("1!2.0", ""),
        ("name-v1!2", "name-v"),
        ("py3-lib-0.1", "py3-lib-"),
        ("python3.12-1.0.0", "python3.12-"),
        ("lib2.1.0", "lib"),
        ("2026.01.3", ""),
        ("nightly", None),
        ("v1", None),
        ("a-0.9.beautiful", None),
        ("release-1.0.x", None),
    ],
)
def test_a_tag_is_split_before_its_version(tag: str, prefix: str | None) -> None:
    found = split(tag)
    assert (found[0] if found is not None else None) == prefix


@pytest.mark.parametrize(
    ("tags", "around", "prefix", "guessed"),
    [
        ([], Around(LAMP), "v", False),
        (["v1.0"], Around(LAMP), "v", False),
        (["1.0", "v0.9"], Around(LAMP), "", False),
        (["release-1.0"], Around(LAMP), "release-", False),
        (["chart-0.3.0", "v1.0"], Around(LAMP), "v", False),
        (["old-name-1.0"], Around(LAMP), "old-name-", True),
        (["v9.0", "Quay_Lamp-1.0"], Around(LAMP), "Quay_Lamp-", False),
        (["2.0", "quay-lamp/1.0"], Around(LAMP, version="2.0"), "", False),
        (["2.0", "quay-lamp/1.0"], Around(LAMP, version="2.1"), "quay-lamp/", False),
        (["2.0", "1.1", "quay-lamp/1.0"], Around(LAMP), "", False),
        (["2.0", "1.1", "quay-lamp/1.0"], Around(LAMP, BUOY), "quay-lamp/", False),
        (["quay-lamp/2.0", "2.0", "1.0"], Around(LAMP), "quay-lamp/", False),
        (["packages/quay-lamp@1.0"], Around(LAMP, BUOY), "packages/quay-lamp@", False),
        (["quay-buoy-v1.2.0", "quay-lamp-v0.4.0"], Around(LAMP, BUOY), "quay-lamp-v", False),
        (["quay-buoy==1.2.0", "quaylamp==0.4.0"], Around(LAMP, BUOY), "quaylamp==", False),
        (["quay-buoy-v1.2.0"], Around(LAMP, BUOY), "quay-lamp-v", True),
        (["quay_buoy@1.2.0"], Around(LAMP, BUOY), "quay-lamp@", True),
        (["quay-buoy-v1.2.0"], Around(LAMP, BUOY, alone=False), "quay-lamp-v", True),
        (["quay-buoy-v1.2.0", "v3.0"], Around(LAMP, BUOY), "v", True),
        (["v3.0"], Around(LAMP, BUOY, used=frozenset({"v"})), "quay-lamp-v", True),
        (["other-3.0"], Around(LAMP, BUOY, alone=False), "v", True),
        (["rs-v1.2.0", "py-v0.4.0"], Around(LAMP, alone=False, version="0.4.0"), "py-v", True),
        (["rs-v1.2.0", "py-v0.3.0"], Around(LAMP, alone=False, version="0.4.0"), "v", True),
        (["nightly-1.2.0", "v0.3.0", "0.4.0"], Around(LAMP, version="0.4.0"), "", False),
        (["quay-buoy-v0.4.0", "v0.3.0"], Around(LAMP, BUOY, version="0.4.0"), "v", True),
        (["quay buoy-1.0", "bad~1.0"], Around(LAMP, BUOY), "v", False),
    ],
)
def test_the_beginning_of_tags_is_the_packages_own_and_never_a_siblings(
    tags: list[str], around: Around, prefix: str, *, guessed: bool
) -> None:
    found = choose(tags, around)
    assert (found.text, bool(found.guess)) == (prefix, guessed)


@pytest.mark.parametrize(
    ("tags", "stated", "ahead"),
    [
        (["v2.11.1", "v2.11.0"], "0.1.0", True),
        (["v2.11.1", "v0.1.0"], "0.1.0", False),
        (["v0.1.0"], "0.2.0", False),
        (["v2.11.1"], None, False),
    ],
)
def test_tags_that_are_ahead_of_what_the_files_state_may_be_another_packages(
    tags: list[str], stated: str | None, *, ahead: bool
) -> None:
    found = choose(tags, Around(LAMP, version=stated))
    assert (found.text, found.ahead) == ("v", ahead)
    told = "of v2.11.1, and its files state 0.1.0: the next number would follow the tag"
    assert found.guess == (told if ahead else "")


def test_tags_of_one_moment_are_as_new_as_their_versions_and_one_without_a_date_comes_last() -> None:
    listed = "17 v0.3.0\n17 0.4.0\n17 nightly\n17 v0.2.0\n19 v0.1.0\n of-a-tree\n"
    assert newest_first(listed) == ("v0.1.0", "0.4.0", "v0.3.0", "v0.2.0", "nightly", "of-a-tree")
    assert newest_first("") == ()


def test_what_a_tool_was_told_goes_before_the_tags_there_are() -> None:
    assert choose(["v1.0"], Around(LAMP), told=["bad prefix", "rel-"]).text == "rel-"
    assert choose(["v1.0"], Around(LAMP, used=frozenset({"rel-"})), told=["rel-"]).text == "v"


def test_what_a_tool_was_told_counts_less_than_tags_that_name_the_package() -> None:
    assert choose(["quay-lamp-v1.0"], Around(LAMP), told=["v"]).text == "quay-lamp-v"
    assert choose(["quay-lamp-v1.0", "v0.9"], Around(LAMP), told=["v"]).text == "v"


GUARDED = "try:\n    from netbox.plugins import PluginConfig\nexcept ImportError:\n    PluginConfig = object\n"


@pytest.mark.parametrize(
    ("files", "patterns"),
    [
        ({INIT: "from netbox.plugins import PluginConfig\n"}, {"quay_lamp*": "NetBox"}),
        ({INIT: GUARDED, "quay_lamp/models.py": "from netbox.models import X\n"}, {"quay_lamp.models": "NetBox"}),
        (
            {
                INIT: GUARDED,
                "quay_lamp/models.py": "import netbox.models\n",
                "quay_lamp/api/__init__.py": "from ..models import X\n",
                "quay_lamp/api/views.py": "",
                "quay_lamp/forms.py": "from quay_lamp import models\n",
                "quay_lamp/late.py": "def f():\n    import netbox\nif TYPE_CHECKING:\n    import netbox\n",
                "quay_lamp/tables.py": "import django_tables2\n",
                "quay_lamp/broken.py": "import (",
            },
            dict.fromkeys(
                ("quay_lamp.api", "quay_lamp.api.*", "quay_lamp.forms", "quay_lamp.models", "quay_lamp.tables"),
                "NetBox",
            ),
        ),
        ({INIT: "", "quay_lamp/a.py": "class A:\n    import bpy\n"}, {"quay_lamp.a": "Blender"}),
        ({INIT: "", "quay_lamp/a.py": "with x:\n    import bpy\n"}, {"quay_lamp.a": "Blender"}),
        ({INIT: "", "quay_lamp/a.py": "try:\n    import bpy\nfinally:\n    pass\n"}, {"quay_lamp.a": "Blender"}),
        ({INIT: "", "quay_lamp/plugin.py": "import pytest\n"}, {"quay_lamp.plugin": "pytest"}),
        ({INIT: "", "quay_lamp/a.py": "import django\n"}, {}),
        ({INIT: "", "quay_lamp/__main__.py": "import bpy\n", "quay_lamp/make-it.py": "import bpy\n"}, {}),
        (
            {INIT: "", **{f"quay_lamp/m{n:02}.py": "import qgis\n" for n in range(20)}},
            {"quay_lamp.*": "QGIS"},
        ),
    ],
)
def test_what_imports_only_inside_of_a_host_is_not_imported(files: dict[str, str], patterns: dict[str, str]) -> None:
    found = look({"pyproject.toml": STATIC, **files})
    assert {pattern for pattern, _ in found.not_imported} == set(patterns)
    assert all(patterns[pattern] in reason for pattern, reason in found.not_imported)


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": f'{STATIC}dependencies = ["octoprint>=1", "pytest"]\n'},
        {"pyproject.toml": '[tool.poetry]\nname = "quay-lamp"\nversion = "1.4.0"\n[tool.poetry.dependencies]\n'
         'OctoPrint = "*"\npytest = "*"\n'},
        {"setup.py": 'setup(name="quay-lamp", version="1.4.0", install_requires=["OctoPrint[x]", "pytest"])'},
        {"setup.cfg": "[metadata]\nname = quay-lamp\nversion = 1.4.0\n[options]\ninstall_requires =\n  octoprint\n  pytest\n"},
    ],
)  # fmt: skip
def test_a_host_that_is_a_dependency_is_there(files: dict[str, str]) -> None:
    assert not look({**files, INIT: "", "quay_lamp/a.py": "import octoprint, pytest\n"}).not_imported


KEPT = {
    INIT: "",
    "quay_lamp/tests/__init__.py": "",
    "quay_lamp/tests/a.json": "",
    "quay_lamp/dev.txt": "",
    "quay_lamp/web/src/a.ts": "",
}


@pytest.mark.parametrize(
    ("files", "patterns"),
    [
        ({"pyproject.toml": f'{STATIC}[tool.hatch.build]\nexclude = ["*.ts", "/nothing"]\n'}, ["*.ts"]),
        ({"pyproject.toml": f'{STATIC}[tool.hatch.build.targets.wheel]\nexclude = ["quay_lamp/tests"]\n'}, ["quay_lamp/tests"]),
        ({"pyproject.toml": f'{STATIC}[tool.pdm.build]\nexcludes = ["quay_lamp/dev.txt", "quay_lamp/*.txt"]\n'},
         ["quay_lamp/dev.txt"]),
        ({"pyproject.toml": f'{STATIC}[tool.poetry]\nexclude = ["quay_lamp/web", {{ path = "quay_lamp/dev.txt" }}]\n'},
         ["quay_lamp/dev.txt", "quay_lamp/web"]),
        ({"pyproject.toml": f'{STATIC}[tool.uv.build-backend]\nwheel-exclude = ["quay_lamp/web/**"]\n'}, ["quay_lamp/web/**"]),
        ({"pyproject.toml": f'{STATIC}[tool.setuptools.packages.find]\nexclude = ["quay_lamp.tests*", "*"]\n'},
         ["quay_lamp/tests/**"]),
        ({"pyproject.toml": f'{STATIC}[tool.setuptools.packages.find]\nexclude = ["*.tests"]\n'}, ["*/tests/**"]),
        ({"pyproject.toml": STATIC, "setup.cfg": "[options.packages.find]\nexclude =\n  quay_lamp.tests\n"},
         ["quay_lamp/tests/**"]),
        ({"pyproject.toml": f'{STATIC}[tool.setuptools.exclude-package-data]\n"*" = ["*.ts"]\nquay_lamp = ["dev.txt"]\n'},
         ["quay_lamp/**/*.ts", "quay_lamp/dev.txt"]),
        ({"pyproject.toml": STATIC, "setup.cfg": "[options.exclude_package_data]\nquay_lamp = dev.txt, x\n"},
         ["quay_lamp/dev.txt"]),
        ({"pyproject.toml": STATIC, "MANIFEST.in": "include x\nprune quay_lamp/web # it\nprune quay_lamp/tests/__init__.py\n"
          "exclude quay_lamp/dev.txt\nrecursive-exclude quay_lamp *.json\nglobal-exclude *.py[cod] *.nothing\n"},
         ["/quay_lamp/**/*.json", "/quay_lamp/dev.txt", "/quay_lamp/web/**"]),
        ({"pyproject.toml": f'{STATIC}[tool.hatch.build]\nexclude = ["a\\u0007b", 3, "quay_lamp/[", "!"]\n'}, []),
    ],
)  # fmt: skip
def test_what_the_project_keeps_out_of_its_wheel_is_omitted(files: dict[str, str], patterns: list[str]) -> None:
    found = look({**KEPT, **files})
    assert sorted(pattern for pattern, _ in found.omitted) == patterns
    (package,) = parse_settings(table(found, RepositoryFacts("main", "origin", None)), where="a").packages
    assert sorted(each.pattern for each in package.wheel.omitted) == patterns


def test_modules_of_a_folder_that_is_no_package_are_data() -> None:
    project = (
        f'{STATIC}[tool.setuptools]\npackages = ["quay_lamp"]\nexclude-package-data = {{ quay_lamp = ["tests/*"] }}\n'
    )
    found = look({"pyproject.toml": project, INIT: "", "quay_lamp/tests/test_it.py": ""})
    assert [pattern for pattern, _ in found.omitted] == ["quay_lamp/tests/*"]


def test_what_another_tool_builds_is_no_data() -> None:
    files = {"quay_lamp/web/package.json": "{}", "quay_lamp/web/a/b.json": "{}", "quay_lamp/c.json": "{}"}
    assert look({"pyproject.toml": STATIC, INIT: "", **files}).data == ("quay_lamp/*.json",)


def test_a_package_without_a_folder_keeps_nothing_out() -> None:
    found = look({"pyproject.toml": f'{STATIC}[tool.hatch.build]\nexclude = ["*"]\n'})
    assert (found.omitted, found.not_imported) == ((), ())


@pytest.mark.parametrize(
    ("name", "folders", "module"),
    [
        ("django-taggit", ["sample_taggit", "taggit"], "taggit"),
        ("quay-lamp", ["a_lamp", "quay_lamp"], "quay_lamp"),
        ("lamp", ["aaa", "django_lamp"], "django_lamp"),
        ("quay-lamp", ["src/quay/lamp", "src/aside"], "src/quay/lamp"),
    ],
)
def test_the_import_folder_is_called_as_the_package_is(name: str, folders: list[str], module: str) -> None:
    files = {"pyproject.toml": STATIC.replace("quay-lamp", name), **{f"{each}/__init__.py": "" for each in folders}}
    assert look(files).module == PurePosixPath(module)


ODD: dict[str, tuple[dict[str, str | bytes], Surroundings, RepositoryFacts]] = {
    "names of files": (
        {"pyproject.toml": STATIC, INIT: "", "quay_lamp/templates/\n/x": "", "quay_lamp/[a]/b.json": "", "quay_lamp/\x07/py.typed": "",
         "quay_lamp/!x/c.json": "", "quay_lamp/migrations/0001_a.py": "", "quay_lamp/a b/py.typed": "", "quay_lamp/ä.json": "",
         "quay_lamp/\udcff.json": "", 'quay_lamp/"q"/d.json': "", "quay_lamp/back\\slash.yaml": "version: 1.4.0"},
        Surroundings(), RepositoryFacts("main", "origin", None)),
    "tags": (
        {"pyproject.toml": STATIC}, Surroundings(("we ird-1.0", "x~1.0", "-1.0", "é@1.0"), BUOY), RepositoryFacts("m", "o", None)),
    "bytes": (
        {"pyproject.toml": STATIC, INIT: b"\xff\xfe", "docs/conf.py": b"release = '\xff'", "a.json": b"\xff", "setup.cfg": b"\xff",
         "a.cfg": b"[a\n", "b.toml": b"\xff=", "uv.lock": b"\x00", "c.yaml": b"version: 1.4.0\xff\n", "setup.py": b"\x00"},
        Surroundings(), RepositoryFacts("main", "origin", None)),
    "depth": (
        {"pyproject.toml": STATIC, "a.json": '{"version":' * 9000, "b.py": "(" * 9000, INIT: "version = " + "[" * 9000,
         "tbump.toml": "a=" + "[" * 9000}, Surroundings(), RepositoryFacts("main", "origin", None)),
    "types": (
        {"pyproject.toml": f'{STATIC}[tool]\nhatch = 1\nflit = []\npdm = {{ version = [] }}\nuv = "x"\nbumpversion = [1]\n'
         'tbump = { version = { current = 1 } }\ncommitizen = 3\nsemantic_release = { version_toml = [1, ":"] }\n'
         'bumpver = { current_version = "1.4.0", file_patterns = { a = 1 } }\npoetry = { exclude = 1 }\n'
         'setuptools = { dynamic = 1, exclude-package-data = 1, packages = [] }\nsetuptools_scm = 1\n',
         ".cz.json": "[]", ".release-please-manifest.json": '{".": "1.4.0"}', "release-please-config.json": "3",
         "package.json": '{"version": [], "packages": 1}'},
        Surroundings(), RepositoryFacts("main", "origin", ForgeConfig("github", "octo/quay-lamp"))),
    "patterns": (
        {"pyproject.toml": f'{STATIC}[tool.bumpversion]\ncurrent_version = "1.4.0"\ntag_name = "{{new_version}}-x"\n'
         '[[tool.bumpversion.files]]\nfilename = "../../etc/x"\n[[tool.bumpversion.files]]\nfilename = "a.txt"\n'
         'search = "{current_version} {current_version}"\n[[tool.bumpversion.files]]\nfilename = "b.txt"\n'
         '[[tool.bumpversion.files]]\nfilename = "/abs"\n[[tool.bumpversion.files]]\nfilename = "gone"\n',
         "a.txt": "1.4.0 1.4.0\n\t1.4.0\n" + "y" * 20000 + " 1.4.0\n", "b.txt": "{version} 1.4.0 {version}\n", "../../etc/x": "1.4.0"},
        Surroundings(), RepositoryFacts("main", "origin", None)),
    "hatch": (
        {"pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\npath = "v.py"\npattern = "(?P<version>.+)"\n', "v.py": "1.4.0\n"},
        Surroundings(), RepositoryFacts("main", "origin", None, path="../quay")),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_whatever_is_proposed_parses(case: str) -> None:
    files, around, facts = ODD[case]
    found = look(files, around)
    (package,) = parse_settings(table(found, facts), where="pyproject.toml").packages
    assert package.version_files == tuple(each.version_file for each in found.version_files)
    assert package.tag_prefix == found.prefix.text
    assert shown(found)


@pytest.mark.parametrize(
    ("requires", "allowed"),
    [
        ("setuptools-scm>=8", False),  # the newest, which writes the same
        ("setuptools-scm>=8,<10.1", True),
        ("setuptools_scm[toml]~=9.0", True),
        ("setuptools-scm==10.0.5", True),
        ("setuptools_scm[toml]<9,>=7", False),
        ("setuptools-scm==8.1", False),
        ("setuptools-scm is needed", False),
    ],
)
def test_what_is_another_from_the_sdist_is_allowed_where_the_tool_makes_it_so(requires: str, *, allowed: bool) -> None:
    build = f'[build-system]\nrequires = ["{requires}"]\n[tool.setuptools_scm]\nversion_file = "src/quay_lamp/_v.py"\n'
    found = look({"pyproject.toml": f"{DYNAMIC}{build}"})
    assert [pattern for pattern, _ in found.allowed] == ["sdist: quay_lamp/_v.py"] * allowed
    (package,) = parse_settings(table(found, RepositoryFacts("main", "origin", None)), where="a").packages
    assert len(package.wheel.allowed) == allowed


HOST = Host("Wharf", ("wharf",), frozen=("charts/*.json", "nothing/*.json"))


@pytest.mark.parametrize(
    ("code", "dependencies", "frozen"),
    [
        ("import wharf.api\n", "", ("quay_lamp/charts/*.json",)),
        ("import wharfs\n", "", ()),
        ("import wharf\n", 'dependencies = ["wharf"]\n', ()),
    ],
)
def test_what_never_changes_in_a_host_s_plugin_is_what_the_host_says(
    code: str, dependencies: str, frozen: tuple[str, ...]
) -> None:
    files = {"pyproject.toml": STATIC + dependencies, INIT: code, "quay_lamp/charts/a.json": "{}"}
    contents = {PurePosixPath(path): text.encode() for path, text in files.items()}
    assert detect(contents, Surroundings(hosts=(HOST,))).frozen == frozen


@pytest.mark.parametrize("root", ["", "src/", "lib/", "python/deep/"])
def test_what_is_frozen_is_named_as_the_wheel_has_it(root: str) -> None:
    files = {f"{root}{INIT}": "import wharf.api\n", f"{root}quay_lamp/charts/a.json": "{}"}
    tree = {"pyproject.toml": STATIC, f"{root}quay_lamp/migrations/0001_initial.py": "", **files}
    contents = {PurePosixPath(path): text.encode() for path, text in tree.items()}
    found = detect(contents, Surroundings(hosts=(HOST,)))
    assert found.frozen == ("quay_lamp/charts/*.json", "quay_lamp/migrations/[0-9]*.py")


def test_a_package_of_a_namespace_keeps_it_in_the_wheel() -> None:
    files = {"pyproject.toml": STATIC, "src/quay/lamp/__init__.py": "", "src/quay/lamp/migrations/0001_a.py": ""}
    assert look(files).frozen == ("quay/lamp/migrations/[0-9]*.py",)
    assert look({**files, "src/quay/lamp/quay_lamp/__init__.py": ""}).module == PurePosixPath("src/quay/lamp")
