"""What bumped the version so far is asked, Git's tags too; what cannot be released is refused by name."""

# ruff: noqa: E501 - a repository is one line

from __future__ import annotations

import json
from pathlib import PurePosixPath

import pytest
from adopted import DYNAMIC, INIT, STATIC, look, shown, stated

from releasegate.core.adopt.detect import Surroundings
from releasegate.core.adopt.table import RepositoryFacts, table
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError
from releasegate.core.version_files.occurrences import bump_all, find_all

PROJECT = "pyproject.toml project.version"
VERSIONED = '__version__ = "1.4.0"\n'

BUMPVERSION = "[bumpversion]\ncurrent_version = 1.4.0\ntag_name = rel-{new_version}\n"
A, B = ('a.js const v = "{version}";', 'b.js const v = "{version}";')
MARKED = '["a.md", "b.txt", {"type": "yaml", "path": "c.yaml", "jsonpath": "$.image.tag"}]'
EXTRA = '["a.js", {"type": "json", "path": "/c.json", "jsonpath": "$.info.version"}, {"type": "toml"}, 3]'


@pytest.mark.parametrize(
    ("files", "places", "prefix"),
    [
        (
            {
                "tbump.toml": '[version]\ncurrent = "1.4.0"\n[git]\ntag_template = "t{new_version}"\n[[file]]\nsrc = "a.js"\n'
                '[[file]]\nsrc = "b.js"\nsearch = \'v = "{current_version}"\'\n'
            },
            ["tbump.toml version.current", A, 'b.js v = "{version}"'],
            "t",
        ),
        (
            {
                "pyproject.toml": f'{STATIC}[tool.tbump.version]\ncurrent = "1.4.0"\n'
                '[[tool.tbump.file]]\nsrc = "pyproject.toml"\n'
            },
            ["pyproject.toml tool.tbump.version.current"],
            "v",
        ),
        (
            {
                ".bumpversion.cfg": f"{BUMPVERSION}[bumpversion:file:a.js]\n"
                "[bumpversion:file (two):b.js]\nsearch = {current_version}\n"
            },
            [".bumpversion.cfg bumpversion.current_version", A, B],
            "rel-",
        ),
        ({"setup.cfg": "[bumpversion]\ncurrent_version = 1.4.0\n"}, ["setup.cfg bumpversion.current_version"], "v"),
        (
            {
                ".bumpversion.toml": '[tool.bumpversion]\ncurrent_version = "1.4.0"\ntag_name = "x-{new_version}"\n'
                '[[tool.bumpversion.files]]\nfilename = "a.js"\nsearch = "= \\"{current_version}\\";"\n'
                '[[tool.bumpversion.files]]\nfilename = "b.js"\nsearch = "({current_version}"\nregex = true\n'
            },
            [".bumpversion.toml tool.bumpversion.current_version", 'a.js = "{version}";', B],
            "x-",
        ),
        ({"pyproject.toml": f'{STATIC}[tool.bumpversion]\nfiles = "x"\n'}, [], "v"),
        (
            {
                ".cz.toml": '[tool.commitizen]\nversion = "1.4.0"\ntag_format = "c$version"\nversion_files = ["a.js:v"]\n'
            },
            [".cz.toml tool.commitizen.version", A],
            "c",
        ),
        (
            {
                "pyproject.toml": f'{STATIC}[tool.commitizen]\nversion_provider = "pep621"\ntag_format = "c${{version}}"\n'
            },
            [],
            "c",
        ),
        (
            {
                "cz.toml": '[tool.commitizen]\nversion_files = ["values.yaml:tag", "deploy/*.env", "x/(.env"]\n',
                "values.yaml": "tag: 1.4.0\nother: 1.4.0\n",
                "deploy/a.env": "A=1.4.0\n",
                "deploy/b.env": "B=1.4.0\n",
                "deploy/in/c.env": "C=1.4.0\n",
            },
            ["values.yaml tag: {version}", "deploy/a.env A={version}", "deploy/b.env B={version}"],
            "v",
        ),
        ({"cz.toml": '[tool.commitizen]\nversion_files = ["a.js:(", "[.js", "../*.js", "x*\\\\"]\n'}, [A], "v"),
        (
            {
                ".bumpversion.toml": '[tool.bumpversion]\ncurrent_version = "1.4.0"\n[[tool.bumpversion.files]]\n'
                'glob = "*.js"\nglob_exclude = ["b.*"]\nsearch = "^const v = .{current_version}"\nregex = true\n'
                '[[tool.bumpversion.files]]\nfilename = "c.toml"\nkey_path = "a.number"\n',
                "c.toml": '[a]\nnumber = "1.4.0"\n',
            },
            [".bumpversion.toml tool.bumpversion.current_version", "c.toml a.number", A],
            "v",
        ),
        (
            {".bumpversion.cfg": "[bumpversion]\ncurrent_version = 1.4.0\n[bumpversion:glob:*.js]\nsearch = v = {x}\n"},
            [".bumpversion.cfg bumpversion.current_version", A, B],
            "v",
        ),
        (
            {
                "tbump.toml": '[version]\ncurrent = "1.4.0"\n[[file]]\nsrc = "number.py"\n'
                'version_template = "({major}, {minor}, {patch})"\nsearch = "N = {current_version}"\n',
                "number.py": "N = (1, 4, 0)\nOTHER = (1, 5, 0)\n",
            },
            ["tbump.toml version.current", "number.py N"],
            "v",
        ),
        (
            {
                "setup.cfg": "[semantic_release]\nversion_variable =\n    n.py:RELEASE,\n    a.yaml:ver\n",
                "n.py": 'RELEASE = "1.4.0"\n',
                "a.yaml": "ver: 1.4.0\nother: 1.4.0\n",
            },
            ["n.py RELEASE", "a.yaml ver: {version}"],
            "v",
        ),
        (
            {
                "bumpver.toml": '[bumpver]\ncurrent_version = "v1.4.0"\n[bumpver.file_patterns]\n'
                '"d.txt" = [\'^number = "{version}"$\']\n',
                "d.txt": 'number = "v1.4.0"\n',
            },
            ['bumpver.toml current_version = "v{version}"', 'd.txt number = "v{version}"'],
            "v",
        ),
        (
            {".cz.json": '{"commitizen": {"version": "1.4.0", "tag_format": "$major.$minor"}}'},
            [".cz.json commitizen.version"],
            "v",
        ),
        (
            {
                "pyproject.toml": f'{STATIC}[tool.semantic_release]\ntag_format = "s{{version}}"\n'
                f'version_toml = ["p.toml:a.version", "p.toml:.."]\nversion_variables = ["{INIT}:NUMBER", "{INIT}:no name", "a.js:v"]\n',
                "p.toml": '[a]\nversion = "1.4.0"\n',
                INIT: 'NUMBER = "1.4.0"\n',
            },
            ["p.toml a.version", f"{INIT} NUMBER", A],
            "s",
        ),
        (
            {
                "bumpver.toml": '[bumpver]\ncurrent_version = "1.4.0"\n[bumpver.file_patterns]\n"a.js" = [\'v = "{version}"\']\n'
                '"bumpver.toml" = [\'current_version = "{version}"\']\n'
            },
            ["bumpver.toml bumpver.current_version", 'a.js v = "{version}"'],
            "v",
        ),
        (
            {
                "setup.cfg": '[bumpver]\ncurrent_version = "1.4.0"\n[bumpver:file_patterns]\nA.js =\n    v = "{version}"\n'
                'setup.cfg =\n    current_version = "{version}"\n',
                "A.js": 'const v = "1.4.0";',
            },
            ['A.js v = "{version}"', 'setup.cfg current_version = "{version}"'],
            "v",
        ),
        (
            {
                ".release-please-manifest.json": '{".": "1.4.0"}',
                "c.json": '{"info": {"version": "1.4.0"}}',
                "release-please-config.json": f'{{"include-v-in-tag": false, "packages": {{".": {{"extra-files": {EXTRA}}}}}}}',
            },
            ['.release-please-manifest.json "."', "c.json info.version", A],
            "",
        ),
        (
            {
                ".release-please-manifest.json": '{".": "1.4.0"}',
                "release-please-config.json": f'{{"packages": {{".": {{"component": "lamp", "tag-separator": "@", "extra-files": {MARKED}}}}}}}',
                "a.md": "x==1.4.0\n<!-- x-release-please-start-version -->\ny==1.4.0\n<!-- x-release-please-end -->\nz==1.4.0\n",
                "b.txt": "p 1.4.0 # x-release-please-version\nq 1.4.0\n",
                "c.yaml": "image:\n  tag: 1.4.0\noldest: 1.4.0\n",
            },
            [
                '.release-please-manifest.json "."',
                "a.md y=={version}",
                "b.txt p {version} # x-release-please-version",
                "c.yaml tag: {version}",
            ],
            "lamp@v",
        ),
        (
            {
                ".cz.yaml": "commitizen:\n  version: 1.4.0\n  tag_format: rel/$version\n  version_files:\n    - a.js:const\n",
                "cz.yaml": "- [",
            },
            [".cz.yaml version: {version}", A],
            "rel/",
        ),
        (
            {
                "releaserc.toml": '[semantic_release]\ntag_format = "r{version}"\nversion_variables = ["n.py:RELEASE"]\n',
                "releaserc.json": '{"semantic_release": {"version_variables": ["a.js:v"]}}',
                "n.py": 'RELEASE = "1.4.0"\n',
            },
            ["n.py RELEASE", A],
            "r",
        ),
        (
            {
                "bumpver.toml": '[bumpver]\ncurrent_version = "1.4.0"\n[bumpver.file_patterns]\n"a.txt" = ["lamp=={version}"]\n',
                "a.txt": "pip install quay-lamp==1.4.0\n1.4.0\n",
            },
            ["bumpver.toml bumpver.current_version", "a.txt pip install quay-lamp=={version}"],
            "v",
        ),
        (
            {".release-please-manifest.json": "[", "tbump.toml": "[", "setup.cfg": "x", ".bumpversion.cfg": "[a]\n"},
            [],
            "v",
        ),
    ],
)
def test_what_the_former_tool_was_told_is_kept_in_step(files: dict[str, str], places: list[str], prefix: str) -> None:
    script = 'const v = "1.4.0";\n'
    tree = {"pyproject.toml": STATIC, "a.js": script, "b.js": script, **files}
    found = look(tree)
    assert shown(found) == [PROJECT, *places]
    assert found.prefix.text == prefix
    (package,) = parse_settings(table(found, RepositoryFacts("main", "origin", None)), where="a").packages
    contents = {PurePosixPath(path): text.encode() for path, text in tree.items()}
    bumped = bump_all(package, contents, version="1.4.1rc1")
    assert {each.version for each in find_all(package, {**contents, **bumped})} == {"1.4.1rc1"}


def test_what_a_tool_was_told_and_cannot_be_kept_in_step_is_said() -> None:
    files = {"tbump.toml": '[version]\ncurrent = "1.4.0"\n[[file]]\nsrc = "a.txt"\nsearch = "v {current_version}"\n'}
    found = look({"pyproject.toml": STATIC, **files, "a.txt": "v 1.4.0\nv 1.3.0\n", "b.txt": "1.4.0"})
    assert any(note.startswith("tbump was told of a.txt, which is left out: The pattern") for note in found.notes)
    assert [str(each) for each in found.leftovers] == [
        "a.txt:1 holds 1.4.0 and no bump follows: v 1.4.0",
        "b.txt:1 holds 1.4.0 and no bump follows: 1.4.0",
    ]


@pytest.mark.parametrize("written", ["2026.01.3", "1!2.0.0"])
def test_calendars_with_zeros_and_epochs_are_found_and_bumped(written: str) -> None:
    project = STATIC.replace("1.4.0", written)
    found = look({"pyproject.toml": project, INIT: f'__version__ = "{written}"\n', "README.md": f"v{written} is out\n"})
    assert shown(found) == [PROJECT, f"{INIT} __version__"]
    assert [each.path.name for each in found.leftovers] == ["README.md"]


@pytest.mark.parametrize(
    ("files", "generated", "prefix"),
    [
        (
            {
                "pyproject.toml": f'{DYNAMIC}[build-system]\nrequires = ["hatch-vcs"]\n[tool.hatch.version]\nsource = "vcs"\n'
                '[tool.hatch.build.hooks.vcs]\nversion-file = "src/quay_lamp/_version.py"\n'
            },
            ["quay_lamp/_version.py"],
            "v",
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[build-system]\nrequires = ["setuptools>=64", "setuptools-scm[toml]>=8"]\n'
                '[tool.setuptools_scm]\ntag_regex = "^lamp-(?P<version>.*)$"\n'
            },
            [],
            "lamp-",
        ),
        (
            {
                "pyproject.toml": f"{DYNAMIC}[tool.setuptools_scm]\ngit_describe_command = \"git describe --match 'lamp/v*'\"\n"
            },
            [],
            "lamp/v",
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.setuptools_scm]\ngit_describe_command = ["git", "describe", "--match=x@*"]\n'
            },
            [],
            "x@",
        ),
        (
            {
                "pyproject.toml": f'{DYNAMIC}[tool.pdm.version]\nsource = "scm"\nwrite_to = "quay_lamp/v.py"\ntag_filter = "*.*"\n'
            },
            ["quay_lamp/v.py"],
            "v",
        ),
        ({"pyproject.toml": f'{DYNAMIC}[tool.versioningit]\n[tool.versioningit.vcs]\nmatch = ["t*"]\n'}, [], "t"),
        (
            {
                "pyproject.toml": '[tool.poetry]\nname = "quay-lamp"\nversion = "0.0.0"\n[tool.poetry-dynamic-versioning]\n'
                'enable = true\npattern-prefix = "lamp-"\n'
            },
            [],
            "lamp-v",
        ),
        (
            {"setup.py": 'setup(name="quay-lamp", use_scm_version={"write_to": "quay_lamp/v.py", "x": y})'},
            ["quay_lamp/v.py"],
            "v",
        ),
        ({"setup.py": 'setup(name="quay-lamp", setup_requires=["setuptools_scm"])'}, [], "v"),
        (
            {
                "setup.py": 'setup(name="quay-lamp", version=versioneer.get_version(), cmdclass=versioneer.get_cmdclass())',
                "setup.cfg": "[versioneer]\nversionfile_source = quay_lamp/_version.py\n",
            },
            ["quay_lamp/_version.py"],
            "v",
        ),
        ({"pyproject.toml": f'{DYNAMIC}[tool.setuptools_scm]\ntag_regex = "^(v)?(?P<version>.*)$"\n'}, [], "v"),
        (
            {"pyproject.toml": f'{DYNAMIC}[tool.setuptools_scm]\ntag_regex = "^a\\\\.b-[vV]?(?P<version>.*)$"\n'},
            [],
            "v",
        ),
    ],
)
def test_a_version_from_the_tag_is_adopted_as_such(files: dict[str, str], generated: list[str], prefix: str) -> None:
    found = look(files, Surroundings(tags=(f"{prefix}2.0.0", "nightly")))
    assert (found.from_tag, found.version, found.prefix.text) == (True, "2.0.0", prefix)
    assert (shown(found), [pattern for pattern, _ in found.generated]) == ([], generated)
    (package,) = parse_settings(table(found, RepositoryFacts("main", "origin", None)), where="a").packages
    assert package.version_from_tag


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": f'[build-system]\nrequires = ["setuptools-scm"]\n{STATIC}'},
        {
            "pyproject.toml": f'{DYNAMIC}[tool.setuptools_scm]\n[tool.setuptools.dynamic]\nversion = {{ attr = "quay_lamp.__version__" }}\n'
        },
        {"setup.py": 'setup(name="quay-lamp", version="1.4.0", setup_requires=["setuptools_scm"])'},
        {
            "setup.cfg": "[metadata]\nname = quay-lamp\nversion = 1.4.0\n",
            "pyproject.toml": '[build-system]\nrequires = ["setuptools-scm"]',
        },
    ],
)
def test_a_version_that_is_written_down_is_not_the_tags(files: dict[str, str]) -> None:
    assert not look({**files, INIT: VERSIONED}).from_tag


def test_beside_a_tag_only_files_that_agree_with_the_newest_are_proposed() -> None:
    project = f'{DYNAMIC}[build-system]\nrequires = ["hatch-vcs"]\n'
    files = {"pyproject.toml": project, "CITATION.cff": "version: 2.0.0\n", "docs/conf.py": 'release = "1.0"\n'}
    found = look(files, Surroundings(tags=("v2.0.0",)))
    assert shown(found) == ["CITATION.cff version: {version}"]
    assert found.notes == ("docs/conf.py:1 states 1.0 (release), and the newest tag 2.0.0: it is not proposed",)
    assert look(files).version == "0.1.0"


@pytest.mark.parametrize(
    ("files", "by"),
    [
        ({"pyproject.toml": f'{STATIC}[build-system]\nbuild-backend = "maturin"\n'}, "maturin"),
        ({"pyproject.toml": f'{STATIC}[build-system]\nbuild-backend = "mesonpy"\n'}, "mesonpy"),
        (
            {"pyproject.toml": f'{STATIC}[build-system]\nbuild-backend = "scikit_build_core.build"\n'},
            "scikit_build_core",
        ),
        (
            {"pyproject.toml": f'{STATIC}[build-system]\nrequires = ["setuptools", "setuptools-rust>1"]\n'},
            "setuptools-rust",
        ),
        ({"pyproject.toml": f'{STATIC}[tool.cibuildwheel]\nskip = "x"\n'}, "cibuildwheel"),
        (
            {"setup.py": 'setup(name="q", version="1", ext_modules=[Extension("a", ["a.c"])])'},
            "ext_modules in setup.py",
        ),
        ({"setup.py": 'setup(name="q", version="1", cffi_modules=["a"])'}, "cffi_modules in setup.py"),
        ({"pyproject.toml": f'{STATIC}[[tool.setuptools.ext-modules]]\nname = "a"\n'}, "tool.setuptools.ext-modules"),
        (
            {"pyproject.toml": STATIC, "setup.cfg": "[bdist_wheel]\nplat_name = manylinux2014_x86_64\n"},
            "plat_name in setup.cfg",
        ),
        (
            {"pyproject.toml": STATIC, "setup.py": "def has_ext_modules(self):\n    return True\n"},
            "has_ext_modules in setup.py",
        ),
        ({"pyproject.toml": f"{STATIC}[tool.hatch.build.targets.wheel.hooks.mypyc]\n"}, "hatch's build hook mypyc"),
        ({"pyproject.toml": f"{STATIC}[tool.pdm.build]\nrun-setuptools = true\n"}, "tool.pdm.build.run-setuptools"),
        (
            {"pyproject.toml": f'{STATIC}[tool.poetry.build]\nscript = "b.py"\n', "b.py": "Extension(x)"},
            "tool.poetry.build",
        ),
        ({"pyproject.toml": f'{STATIC}[tool.poetry]\nbuild = "b.py"\n', "b.py": "Extension(x)"}, "tool.poetry.build"),
        (
            {
                "pyproject.toml": f'{STATIC}[build-system]\nbuild-backend = "poetry.core.masonry.api"\n'
                '[tool.poetry.build]\nscript = "b.py"\n',
                "b.py": "print()",
            },
            "tool.poetry.build",
        ),
        (
            {
                "pyproject.toml": f"{STATIC}[tool.hatch.build.targets.wheel.hooks.custom]\n",
                "hatch_build.py": "build_data['infer_tag'] = True\n",
            },
            "hatch's build hook custom",
        ),
        (
            {
                "pyproject.toml": f'{STATIC}[tool.hatch.build.hooks.custom]\npath = "h.py"\n',
                "h.py": 'build_data.update({"pure_python": False})\n',
            },
            "hatch's build hook custom",
        ),
    ],
)
def test_a_package_of_platform_wheels_is_refused_by_name(files: dict[str, str], by: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is built for each platform") as refusal:
        look(files)
    assert by in refusal.value.problem


def test_a_script_that_only_generates_files_makes_no_platform_wheel() -> None:
    project = f'{STATIC}[tool.poetry.build]\nscript = "b.py"\n[tool.hatch.build.hooks.custom]\n'
    assert stated(look({"pyproject.toml": project, "b.py": "print()", "hatch_build.py": "pure_python = True"}))


def test_what_a_tool_was_told_and_does_not_hold_the_version_is_said() -> None:
    told = (
        '[version]\ncurrent = "1.4.0"\n[[file]]\nsrc = "old.txt"\n[[file]]\nsrc = "gone.txt"\n[[file]]\nsrc = "a.txt"\n'
    )
    found = look({"pyproject.toml": STATIC, "tbump.toml": told, "old.txt": "1.3.0\n", "a.txt": "1.4.0\n"})
    assert [note for note in found.notes if "no bump follows" in note] == [
        f"tbump was told of {name}, where 1.4.0 was not found as text: no bump follows there"
        for name in ("old.txt", "gone.txt")
    ]


@pytest.mark.parametrize("mark", ["v", "V"])
def test_a_mark_before_the_version_stays_where_it_is(mark: str) -> None:
    found = look({"pyproject.toml": DYNAMIC.replace('dynamic = ["version"]', f'version = "{mark}1.4.0"')})
    assert shown(found) == [f'pyproject.toml version = "{mark}{{version}}"']
    assert found.version == "1.4.0"


@pytest.mark.parametrize(
    ("package", "prefix"),
    [({"component": "lamp", "extra-files": ["a.js", "/top.js"]}, "lamp-v"), ({"extra-files": ["a.js"]}, "v")],
)
def test_release_please_at_the_top_is_asked_for_a_package_below(package: dict[str, object], prefix: str) -> None:
    manifest = {"packages/lamp": "1.4.0", "lamp": "9.0", "packages/buoy": "2.0"}
    files = {
        "pyproject.toml": STATIC,
        "a.js": 'const v = "1.4.0"; // x-release-please-version\n',
        "../../.release-please-manifest.json": json.dumps(manifest),
        "../../release-please-config.json": json.dumps({"packages": {"packages/lamp": package}}),
    }
    found = look(files, Surroundings(folder="lamp"))
    assert shown(found)[1] == '../../.release-please-manifest.json "packages/lamp"'
    assert shown(found)[2].startswith("a.js ")
    assert found.prefix.text == prefix
    assert not look({**files, "../../.release-please-manifest.json": "[]"}, Surroundings(folder="lamp")).notes


def test_release_please_of_a_folder_below_is_not_the_packages() -> None:
    assert shown(look({"pyproject.toml": STATIC, "x/.release-please-manifest.json": '{".": "1.4.0"}'})) == [PROJECT]


def test_a_module_that_each_build_writes_anew_is_to_be_taken_out_of_git() -> None:
    build = (
        '[build-system]\nrequires = ["setuptools-scm"]\n[tool.setuptools_scm]\nversion_file = "quay_lamp/_version.py"\n'
    )
    files = {"pyproject.toml": f"{DYNAMIC}{build}", "quay_lamp/__init__.py": ""}
    found = look({**files, "quay_lamp/_version.py": VERSIONED}, Surroundings(tags=("v1.4.0",)))
    assert (found.version, shown(found), found.leftovers) == ("1.4.0", [], ())
    assert found.notes[0].endswith("git rm --cached quay_lamp/_version.py && echo /quay_lamp/_version.py >> .gitignore")
    assert not look(files, Surroundings(tags=("v1.4.0",))).notes


def test_pdms_older_backend_reads_the_tag_where_it_says_so() -> None:
    found = look({"pyproject.toml": f"{DYNAMIC}[tool.pdm]\nversion = {{ use_scm = true }}\n", INIT: ""})
    assert found.from_tag


LOCK = """[[package]]
name = "six"
version = "1.4.0"
source = { registry = "x" }

[[package]]
name = "quay-lamp"
version = "1.4.0"
source = { editable = "." }
"""
OF_LOCK = """[tool.bumpversion]
current_version = "1.4.0"
[[tool.bumpversion.files]]
filename = "uv.lock"
search = '''name = "quay-lamp"
version = "{current_version}"'''
"""
RELEASE_PLEASE = """{"packages": {".": {"extra-files": [
  {"type": "toml", "path": "uv.lock", "jsonpath": "$.package[?(@.name.value=='quay-lamp')].version"}, "poetry.lock"
]}}}"""


@pytest.mark.parametrize(
    "files",
    [
        {"bumper.toml": "", ".bumpversion.toml": OF_LOCK},
        {"release-please-config.json": RELEASE_PLEASE, ".release-please-manifest.json": '{".": "1.4.0"}'},
    ],
)
def test_of_a_lock_the_own_entry_alone_is_kept_whatever_a_tool_searches_there(files: dict[str, str]) -> None:
    found = look({"pyproject.toml": STATIC, "uv.lock": LOCK, "poetry.lock": LOCK, **files})
    kept = [place for place in shown(found) if place.startswith(("uv.lock", "poetry.lock"))]
    assert kept == ["uv.lock"]
    assert not [note for note in found.notes if "uv.lock" in note]


def test_a_search_of_several_lines_means_its_own_line_and_no_other_that_reads_alike() -> None:
    told = OF_LOCK.replace("uv.lock", "a.yaml").replace('name = "quay-lamp"\nversion = "{', 'lamp:\n  tag: "{')
    alike = look(
        {"pyproject.toml": STATIC, ".bumpversion.toml": told, "a.yaml": 'lamp:\n  tag: "1.4.0"\nx:\n  tag: "1.4.0"\n'}
    )
    assert not [place for place in shown(alike) if place.startswith("a.yaml")]
    assert [note for note in alike.notes if note.startswith("bump-my-version was told of a.yaml")]
    alone = look({"pyproject.toml": STATIC, ".bumpversion.toml": told, "a.yaml": 'lamp:\n  tag: "1.4.0"\nx: 1\n'})
    assert [place for place in shown(alone) if place.startswith("a.yaml")] == ['a.yaml tag: "{version}"']


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("uses: quay/lamp@v1.4.0", "quay/lamp"),
        ("uses: quay/lamp@COMMIT  # v1.4.0", "quay/lamp@COMMIT  #"),
        ("LAMP := 1.4.0", "LAMP"),
        ('"lamp" = "1.4.0"', "lamp"),
    ],
)
def test_what_semantic_release_takes_for_an_assignment_is_followed(line: str, name: str) -> None:
    told = f"[tool.semantic_release]\nversion_variables = ['a.yml:{name}:tf']\n"
    (place,) = shown(look({"pyproject.toml": STATIC + told, "a.yml": f"x: 1.4.0\n{line}\n"}))[1:]
    assert place == f"a.yml {line.replace('1.4.0', '{version}')}"


@pytest.mark.parametrize(
    ("tag", "prefix"),
    [("lamp-$major.$minor.$patch$prerelease", "lamp-"), ("${major}.${minor}.${patch}", ""), ("$major.$minor", "v")],
)
def test_a_tag_that_is_put_together_from_numbers_begins_as_it_says(tag: str, prefix: str) -> None:
    told = f'[tool.commitizen]\nversion_provider = "pep621"\ntag_format = "{tag}"\n'
    assert look({"pyproject.toml": STATIC + told}).prefix.text == prefix


def test_a_search_that_is_about_a_date_is_no_place_of_the_version() -> None:
    told = """[tool.bumpversion]
current_version = "1.4.0"
[[tool.bumpversion.files]]
filename = "a.txt"
search = "created=\\\\d{4}"
regex = true
[[tool.bumpversion.files]]
filename = "a.txt"
search = "Unreleased"
"""
    found = look({"pyproject.toml": STATIC, ".bumpversion.toml": told, "a.txt": "created=2026 Unreleased\n1.4.0\n"})
    assert not [place for place in shown(found) if place.startswith("a.txt")]
    assert not [note for note in found.notes if "a.txt" in note]


@pytest.mark.parametrize(
    ("pattern", "text", "places"),
    [
        ("YYYY.BUILD is it", "2026.1004 is it\n", ["a.txt {version} is it"]),
        ("(c) YYYY", "(c) 2026\nof 2026.1004\n", []),
        ("v{version}", "v2026.1004 is it\n", ["a.txt v{version}"]),
    ],
)
def test_bumpver_s_parts_mean_the_version_where_they_are_joined(pattern: str, text: str, places: list[str]) -> None:
    told = f'[bumpver]\ncurrent_version = "2026.1004"\n[bumpver.file_patterns]\n"a.txt" = ["{pattern}"]\n'
    found = look({"pyproject.toml": STATIC.replace("1.4.0", "2026.1004"), "bumpver.toml": told, "a.txt": text})
    assert [place for place in shown(found) if place.startswith("a.txt")] == places
    assert not [note for note in found.notes if "a.txt" in note]
