"""What a repository tells of its package is found by looking, whatever builds it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from releasegate.adapters.kit_folders import known_hosts
from releasegate.core.adopt.asked.questions import questions
from releasegate.core.adopt.detect import Detected, Surroundings, detect
from releasegate.core.adopt.pythons import PYTHONS, tried_here
from releasegate.core.adopt.table import RepositoryFacts, table
from releasegate.core.adopt.version_files import Proposed
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.config.parse import parse_settings
from releasegate.core.config.version_file_types import LockVersionFile, PythonVersionFile, TomlVersionFile, VersionFile
from releasegate.core.errors import ConfigurationError
from releasegate.core.globs import matching
from releasegate.core.version_files.occurrences import bump_all

PROJECT = '[project]\nname = "Harbor_Tools"\nversion = "1.2.3"\nrequires-python = ">=3.12"\n'
DYNAMIC = '[project]\nname = "harbor-tools"\ndynamic = ["version"]\n'
INIT = "harbor_tools/__init__.py"
KNOWING = Surroundings(hosts=known_hosts())


def found(**files: str) -> Detected:
    """Return what is found in files whose names have ``__`` for ``/`` and an underscore for the dot."""
    named = {name: text.encode() for name, text in files.items()}
    return detect({PurePosixPath(_path(name)): content for name, content in named.items()}, KNOWING)


def _path(name: str) -> str:
    known = {"project": "pyproject.toml", "init": INIT, "lock": "uv.lock", "cfg": "setup.cfg", "setup": "setup.py"}
    return known.get(name, f"{name.replace('____init__', '/%init%').replace('__', '/').replace('%', '__')}.py")


def python(attribute: str, path: str = INIT) -> VersionFile:
    return PythonVersionFile(PurePosixPath(path), attribute)


def stated(adopted: Detected) -> tuple[VersionFile, ...]:
    return tuple(each.version_file for each in adopted.version_files)


FACTS = RepositoryFacts("main", "origin", None)
STATIC = TomlVersionFile(PurePosixPath("pyproject.toml"), "project.version")


def test_a_static_version_is_found_in_its_project() -> None:
    static = Detected("harbor-tools", "1.2.3", (Proposed(STATIC),), PYTHONS[-3:], None, pythons_from="requires-python")
    assert found(project=PROJECT) == static


def test_code_that_states_the_same_version_is_a_version_file_too() -> None:
    code = '__version__ = "1.2.3"\n\n\nclass Config:\n    version = "1.2.3"\n    min_version = "4.5"\n'
    version_files = (STATIC, python("__version__"), python("Config.version"))
    assert stated(found(project=PROJECT, init=code)) == version_files


def test_code_that_states_another_version_is_none() -> None:
    assert stated(found(project=PROJECT, init='version = "9"\n__version__: str = "1.2.3"\n')) == (
        STATIC,
        python("__version__"),
    )


def test_tests_documents_and_code_that_is_none_are_not_looked_at() -> None:
    files = {
        "tests____init__": '__version__ = "1.2.3"\n',
        "docs__example": 'version = "1.2.3"\n',
        "init": "version = (\n",
    }
    assert stated(found(project=PROJECT, **files)) == (STATIC,)


def test_a_lock_file_is_a_version_file_where_it_names_the_package() -> None:
    lock = 'version = 1\n\n[[package]]\nname = "harbor-tools"\nversion = "1.2.3"\nsource = { editable = "." }\n'
    assert stated(found(project=PROJECT, lock=lock)) == (STATIC, LockVersionFile(PurePosixPath("uv.lock")))
    assert stated(found(project=PROJECT, lock="version = 1\n")) == (STATIC,)


@pytest.mark.parametrize(
    ("project", "path", "attribute"),
    [
        (f'{DYNAMIC}[tool.hatch.version]\npath = "harbor_tools/about.py"\n', "harbor_tools__about", "__version__"),
        (f'{DYNAMIC}[tool.hatch.version]\npath = "harbor_tools/about.py"\n', "harbor_tools__about", "VERSION"),
        (f'{DYNAMIC}[tool.pdm.version]\nsource = "file"\npath = "src/h/v.py"\n', "src__h__v", "__version__"),
        (f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "h.v.number" }}\n', "h__v", "number"),
        (f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ attr = "h.number" }}\n', "src__h____init__", "number"),
        (f'{DYNAMIC}[build-system]\nbuild-backend = "flit_core.buildapi"\n', "init", "__version__"),
    ],
    ids=["hatch", "hatch, another name", "pdm", "setuptools", "setuptools, in src", "flit"],
)
def test_a_version_that_a_backend_reads_from_code_is_found_there(project: str, path: str, attribute: str) -> None:
    adopted = found(project=project, **{path: f'{attribute} = "2.0"\n'})
    assert stated(adopted) == (python(attribute, _path(path)),)
    assert adopted.version == "2.0"


def test_a_poetry_project_is_found_in_its_own_table() -> None:
    poetry = '[tool.poetry]\nname = "h"\nversion = "1.0"\n[tool.poetry.dependencies]\npython = "^3.12"\n'
    adopted = found(project=poetry)
    assert stated(adopted) == (TomlVersionFile(PurePosixPath("pyproject.toml"), "tool.poetry.version"),)
    assert adopted.pythons == ("3.12", "3.13", "3.14")
    # Not all of Poetry's own ranges are PEP 440's.
    assert found(project=poetry.replace("^3.12", "3.12 || 3.13")).pythons == ("3.12", "3.13")


def test_a_setup_file_names_the_package_and_its_pythons_and_the_code_its_version() -> None:
    setup = 'setup(\n    name="harbor-tools",\n    python_requires=">=3.13",\n)\n'
    adopted = found(setup=setup, init='__version__ = "1.0"\n')
    assert (adopted.name, adopted.pythons) == ("harbor-tools", ("3.13", "3.14"))
    assert stated(adopted) == (python("__version__"),)
    cfg = found(cfg="[metadata]\nname = harbor-tools\nversion = attr: harbor_tools.v.__version__\n",
                harbor_tools__v='__version__ = "1.0"\n')  # fmt: skip
    assert stated(cfg) == (python("__version__", "harbor_tools/v.py"),)
    assert cfg.pythons == ("3.12", "3.13")


def test_the_classifiers_name_the_pythons_that_requires_python_allows() -> None:
    named = ", ".join(f'"Programming Language :: Python :: 3.{n}"' for n in (8, 11, 13))
    assert found(project=f"{PROJECT}classifiers = [{named}]\n").pythons == ("3.13",)
    assert found(project=PROJECT.replace(">=3.12", ">=4")).pythons == ("3.12", "3.13")


def test_migrations_never_change_and_a_plugin_imports_only_in_its_host() -> None:
    adopted = found(
        project=PROJECT,
        init="from netbox.plugins import PluginConfig\n",
        harbor_tools__migrations__0001_initial="",
        harbor_tools__migrations____init__="",
        other__migrations__0001_initial="",
    )
    assert adopted.frozen == ("harbor_tools/migrations/[0-9]*.py",)
    assert adopted.not_imported == (("harbor_tools*", "imports only inside of NetBox"),)
    assert not found(project=PROJECT, init="import netboxes\n").not_imported


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"setup": 'import x\nx.setup(name="h", **more)\n'}, "stands nowhere as one plain text"),
        ({"setup": 'setup(name="h" version\n', "cfg": "no section\n"}, "stands nowhere as one plain text"),
        ({"setup": 'setup(name="h", version=read())\n'}, "stands nowhere as one plain text"),
        ({"setup": 'setup(name="h", pbr=True)\n'}, "pbr takes the version from Git's tags"),
        ({"project": f'{DYNAMIC}[tool.hatch.version]\nsource = "env"\n'}, "computed by hatch's environment variable"),
        ({"project": f'{DYNAMIC}[tool.pdm.version]\nsource = "call"\n'}, "computed by a function that pdm calls"),
        ({"project": f'{DYNAMIC}[tool.incremental]\nname = "quay_lamp"\n'}, "computed by incremental, from numbers"),
        ({"project": DYNAMIC}, "No file states the version"),
        ({"project": f"{PROJECT}[tool.poetry]\npackage-mode = false\n"}, "builds no package"),
        ({"project": "[project]\n"}, "names no package"),
        ({"project": '[project]\nname = "-"\n'}, "names no package"),
        ({"project": "[project\n"}, r"pyproject\.toml:1 is not TOML"),
        ({}, "names no package"),
    ],
)
def test_what_cannot_be_adopted_is_said_with_what_to_do(files: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as error:
        found(**files)
    assert error.value.hint


def test_a_workspace_that_is_no_package_names_those_that_it_has() -> None:
    held = ("packages/two", "packages/one", "packages/no", "old/packages/a", "docs")
    files = {PurePosixPath(path, "pyproject.toml"): b"" for path in held}
    members = b'members = ["packages/*", "."]\nexclude = ["packages/no"]\n'
    files[PurePosixPath("pyproject.toml")] = b"[tool.uv.workspace]\n" + members
    with pytest.raises(ConfigurationError, match=r"workspace of 2 packages, .*: packages/one, packages/two\.") as error:
        detect(files)
    assert error.value.hint == "Adopt each that is released: releasegate adopt packages/one"


def test_the_table_is_a_configuration_whose_version_files_can_be_bumped() -> None:
    adopted = found(
        project=PROJECT,
        init='from netbox.plugins import PluginConfig\n\n\nclass C(PluginConfig):\n    version = "1.2.3"\n',
        lock='version = 1\n\n[[package]]\nname = "harbor-tools"\nversion = "1.2.3"\nsource = { editable = "." }\n',
        harbor_tools__migrations__0001_initial="",
    )
    forge = ForgeConfig("gitea", "octo/harbor", address="https://gitea.example")
    text = table(adopted, RepositoryFacts("trunk", "upstream", forge))
    (package,) = parse_settings(text, where="pyproject.toml").packages
    assert package.version_files == stated(adopted)
    assert (package.branch, package.remote, package.tag_prefix) == ("trunk", "upstream", "v")
    assert package.forge == forge
    assert package.wheel.frozen == adopted.frozen
    assert package.install.not_imported[0].pattern == "harbor_tools*"


def test_the_table_says_no_more_than_differs_from_what_is_usual() -> None:
    text = table(found(project=PROJECT), RepositoryFacts("main", "origin", ForgeConfig("github", "octo/harbor")))
    assert "remote" not in text
    assert "tag-prefix" not in text
    assert 'forge = { kind = "github", repository = "octo/harbor" }' in text
    assert "wheel" not in text
    assert "install" not in text
    (package,) = parse_settings(text, where="pyproject.toml").packages
    contents = {PurePosixPath("pyproject.toml"): PROJECT.encode()}
    assert b'"1.2.4rc1"' in bump_all(package, contents, version="1.2.4rc1")[PurePosixPath("pyproject.toml")]


def test_a_plugin_that_reads_tags_is_no_matter_where_the_version_is_written_down() -> None:
    project = f'[build-system]\nrequires = ["hatch-vcs"]\n{PROJECT}[tool.hatch.version]\nsource = "vcs"\n'
    assert stated(found(project=project)) == (STATIC,)


def test_a_lock_file_that_lags_behind_is_a_version_file_and_one_alone_is_not() -> None:
    lock = 'version = 1\n\n[[package]]\nname = "harbor-tools"\nversion = "1.2.2"\nsource = { editable = "." }\n'
    assert stated(found(project=PROJECT, lock=lock)) == (STATIC, LockVersionFile(PurePosixPath("uv.lock")))
    with pytest.raises(ConfigurationError, match="No file states the version"):
        found(project=DYNAMIC, lock=lock)


def test_the_pattern_of_hatch_says_which_assignment_it_means() -> None:
    table = '[tool.hatch.version]\npath = "harbor_tools/about.py"\npattern = '
    code = 'OTHER_VERSION = "9"\nRELEASE_VERSION = "2.0"\n'
    wanted = '\'RELEASE_VERSION = "(?P<version>[^"]+)"\''
    adopted = found(project=f"{DYNAMIC}{table}{wanted}\n", harbor_tools__about=code)
    assert stated(adopted) == (python("RELEASE_VERSION", "harbor_tools/about.py"),)
    for other in ("'('", "'RELEASE'", "'nothing (?P<version>.)'"):
        with pytest.raises(ConfigurationError, match="No file states"):
            found(project=f"{DYNAMIC}{table}{other}\n", harbor_tools__about=code)


def test_a_module_without_a_folder_and_a_package_in_a_namespace_are_found() -> None:
    flit = f'{DYNAMIC}[build-system]\nbuild-backend = "flit_core.buildapi"\n'
    assert stated(found(project=flit, src__harbor_tools='__version__ = "1.0"\n')) == (
        python("__version__", "src/harbor_tools.py"),
    )
    adopted = found(project=PROJECT, src__harbor__tools____init__='__version__ = "1.2.3"\n')
    assert adopted.module == PurePosixPath("src/harbor/tools")
    assert stated(adopted) == (STATIC, python("__version__", "src/harbor/tools/__init__.py"))


def test_tests_inside_of_the_package_are_no_version_file() -> None:
    assert stated(found(project=PROJECT, init="", harbor_tools__tests__test_it='__version__ = "1.2.3"\n')) == (STATIC,)


def test_what_is_known_by_its_value_alone_is_marked_as_a_guess() -> None:
    adopted = found(project=PROJECT, init='__version__ = "1.2.3"\n\n\nclass Schema:\n    version = "1.2.3"\n')
    assert adopted.version_files[-1] == Proposed(python("Schema.version"), "a guess: it states the same version")
    lines = table(adopted, FACTS).splitlines()
    marked = [line for line in lines if "# a guess: it states the same version" in line]
    assert len(marked) == 1
    assert "Schema.version" in marked[0]


def test_a_class_never_leads_where_a_module_states_its_version() -> None:
    adopted = found(
        setup='setup(name="harbor-tools")', init='class Schema:\n    version = "3"\n\n\n__version__ = "1.0"\n'
    )
    assert (adopted.version, stated(adopted)) == ("1.0", (python("__version__"),))


def test_the_classifiers_of_a_setup_file_count_and_silence_is_marked() -> None:
    named = '["Programming Language :: Python :: 3", "Programming Language :: Python :: 3.10"]'
    code = '__version__ = "1.0"\n'
    assert found(setup=f'setup(name="h", classifiers={named})', init=code).pythons == ("3.10",)
    cfg = "[metadata]\nname = h\nclassifiers =\n  Programming Language :: Python :: 3.11\n"
    assert found(cfg=cfg, init=code).pythons == ("3.11",)
    silent = found(project='[project]\nname = "h"\nversion = "1.0"\n')
    assert silent.pythons_from == "nothing"
    assert "# a guess: nothing says which" in table(silent, FACTS)
    assert found(project=PROJECT).pythons_from != "nothing"


@pytest.mark.parametrize(
    ("said", "pythons", "by"),
    [
        ('requires-python = ">=3.7"', "3.7", "requires-python"),
        ('requires-python = "<3.7"', "3.12", "untried"),
        ('classifiers = ["Programming Language :: Python :: 3.6"]', "3.12", "untried"),
        ('classifiers = ["Programming Language :: Python :: 3"]', "3.12", "nothing"),
    ],
)
def test_pythons_that_no_gate_is_run_on_are_told_from_silence(said: str, pythons: str, by: str) -> None:
    detected = found(project=f'[project]\nname = "h"\nversion = "1.0"\n{said}\n')
    assert (detected.pythons[0], detected.pythons_from) == (pythons, by)
    asked = [each.asks for each in questions(detected, FACTS) if "Pythons" in each.asks]
    words = {"untried": "It names none that a gate is run on", "nothing": "Nothing says"}
    assert (
        asked
        == [f"Which Pythons does it support? {words[by]}; 3.12 and 3.13 were taken." for _ in words if by in words][:1]
    )


def test_of_the_pythons_that_are_only_admitted_the_oldest_is_tried_and_those_that_are_here() -> None:
    admitted = found(project='[project]\nname = "h"\nversion = "1.0"\nrequires-python = ">=3.11"\n')
    assert (admitted.pythons, admitted.pythons_from) == (("3.11", "3.12", "3.13", "3.14"), "requires-python")
    assert tried_here(admitted.pythons, ["3.13"]) == ("3.11", "3.13")
    assert tried_here(admitted.pythons, admitted.pythons) == admitted.pythons


def test_a_module_that_a_build_hook_writes_is_no_finding_of_the_audit() -> None:
    hook = '[tool.hatch.build.hooks.version]\npath = "src/harbor/_version.py"\n'
    project = (
        f'[project]\nname = "harbor"\ndynamic = ["version"]\n[tool.hatch.version]\npath = "src/harbor/about.py"\n{hook}'
    )
    files = {"pyproject.toml": project, "src/harbor/__init__.py": "", "src/harbor/about.py": '__version__ = "1.0"\n'}
    sources = {PurePosixPath(path): text.encode() for path, text in files.items()}
    assert [pattern for pattern, _ in detect(sources).generated] == ["harbor/_version.py"]
    sources[PurePosixPath("src/harbor/_version.py")] = b'__version__ = "1.0"\n'
    assert detect(sources).generated == (), "Git tracks it: it is a version file"
    of_pdm = project.replace(hook, '[tool.pdm.version]\nwrite_to = "harbor/_version.py"\n')
    sources[PurePosixPath("pyproject.toml")] = of_pdm.encode()
    assert detect(sources).generated == (), "pdm names it without the folder that it is in"


@pytest.mark.parametrize(
    ("code", "needs_host"),
    [
        ("from netbox.plugins import PluginConfig\n", True),
        ("from extras.plugins import PluginConfig\n", True),
        ("import netbox.plugins\n", True),
        ("from netbox_tools.version import __version__\n", False),
        ("from netboxlabs import client\n", False),
        ("from extras.scripts import Script\n", False),
    ],
)
def test_a_package_whose_own_name_begins_with_netbox_is_no_plugin_by_that(code: str, needs_host: bool) -> None:  # noqa: FBT001
    assert bool(found(project=PROJECT, init=code).not_imported) is needs_host


def test_what_the_package_reads_is_data_by_folder() -> None:
    tree = ["py.typed", "schema.json", "templates/h/a.html", "static/h/js/a.js", "gen/v1/a.json", "gen/a.json"]
    tree += ["tests/a.json", "static/h/a.py", "notes.md", ".hidden.json"]
    files = {PurePosixPath(f"harbor_tools/{name}"): b"" for name in ["__init__.py", *tree]}
    adopted = detect({**files, PurePosixPath("pyproject.toml"): PROJECT.encode(), PurePosixPath("a.json"): b""})
    assert adopted.data == (
        "harbor_tools/*.json",
        "harbor_tools/gen/**/*.json",
        "harbor_tools/gen/*.json",
        "harbor_tools/py.typed",
        "harbor_tools/static/**",
        "harbor_tools/templates/**",
    )
    assert adopted.references == ()
    (package,) = parse_settings(table(adopted, FACTS), where="pyproject.toml").packages
    assert package.wheel.data == adopted.data
    tracked = [str(path) for path in files]
    assert all(matching(pattern, tracked) for pattern in adopted.data)


@pytest.mark.parametrize("root", ["", "src/"])
def test_what_lies_in_folders_called_like_the_package_is_named_by_its_code(root: str) -> None:
    own = ["templates/harbor_tools/a.html", "static/harbor_tools/js/a.js", "app/templates/inc/a.html", "static/a.css"]
    files = {PurePosixPath(f"{root}harbor_tools/{name}"): b"" for name in ["__init__.py", *own]}
    adopted = detect({**files, PurePosixPath("pyproject.toml"): PROJECT.encode()})
    assert adopted.references == ("harbor_tools/static", "harbor_tools/templates")
    (package,) = parse_settings(table(adopted, FACTS), where="pyproject.toml").packages
    assert tuple(map(str, package.wheel.references)) == adopted.references
    shared = {**files, PurePosixPath(f"{root}harbor_tools/templates/inc/b.html"): b""}
    assert detect({**shared, PurePosixPath("pyproject.toml"): PROJECT.encode()}).references == ("harbor_tools/static",)
