"""What lies above a package's folder in its repository is found where it states the package's version, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest
from adopted import DYNAMIC, STATIC, look, shown

from releasegate.core.adopt.above import Above
from releasegate.core.adopt.detect import Detected, Surroundings
from releasegate.core.errors import ConfigurationError

PROJECT = "pyproject.toml project.version"
FOLDER = PurePosixPath("packages/lamp")
ABOUT = '__version__ = "1.4.0"\n'
SETUP = 'setup(name="quay-lamp", version=(HERE.parent.parent / "VERSION").read_text())\n'
BUMPVERSION = """[tool.bumpversion]
current_version = "1.4.0"
[[tool.bumpversion.files]]
filename = "packages/lamp/pyproject.toml"
[[tool.bumpversion.files]]
filename = "deploy/values.yaml"
search = "tag: {current_version}"
[[tool.bumpversion.files]]
filename = "packages/post/pyproject.toml"
"""


def look_from(
    inside: Mapping[str, str],
    over: Mapping[str, str],
    *,
    siblings: str = "",
    links: Mapping[str, str] | None = None,
    tag: str = "v1.4.0",
) -> Detected:
    """Return what is found of a package in *folder*; *over* are the files of the repository outside of it."""
    everything = {FOLDER / path: text.encode() for path, text in inside.items()}
    everything |= {PurePosixPath(path): text.encode() for path, text in over.items()}
    around = Surroundings(
        folder=FOLDER.name,
        above=Above(everything, FOLDER),
        siblings=frozenset(siblings.split()),
        tags=(tag,),
        links={PurePosixPath(path): PurePosixPath(end) for path, end in (links or {}).items()},
    )
    return look(inside, around)


@pytest.mark.parametrize(
    ("inside", "over", "place"),
    [
        (
            {"pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\npath = "../../VERSION"\npattern = "(?P<version>.+)"\n'},
            {"VERSION": "1.4.0\n"},
            "../../VERSION {version}",
        ),
        (
            {"pyproject.toml": f'{DYNAMIC}[tool.hatch.version]\npath = "../common/about.py"\n'},
            {"packages/common/about.py": ABOUT},
            "../common/about.py __version__",
        ),
        (
            {"pyproject.toml": f'{DYNAMIC}[tool.pdm.version]\nsource = "file"\npath = "../../version.py"\n'},
            {"version.py": ABOUT},
            "../../version.py __version__",
        ),
        (
            {"pyproject.toml": f'{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{ file = "../VERSION" }}\n'},
            {"packages/VERSION": "v1.4.0\n"},
            "../VERSION v{version}",
        ),
        (
            {"setup.cfg": "[metadata]\nname = quay-lamp\nversion = file: ../VERSION\n"},
            {"packages/VERSION": "1.4.0\n"},
            "../VERSION {version}",
        ),
        ({"setup.py": SETUP}, {"VERSION": "1.4.0\n"}, "../../VERSION {version}"),
        (
            {"setup.py": 'setup(name="quay-lamp", version=open("../../VERSION").read())\n'},
            {"VERSION": "1.4.0\n"},
            "../../VERSION {version}",
        ),
    ],
)
def test_the_file_above_that_the_build_reads_states_the_version(
    inside: dict[str, str], over: dict[str, str], place: str
) -> None:
    found = look_from(inside, over, siblings="quay-post")
    assert (found.version, shown(found)) == ("1.4.0", [place])


def test_a_file_above_that_is_not_there_is_refused_as_any_other() -> None:
    dynamic = f'{DYNAMIC}[tool.hatch.version]\npath = "../GONE"\n'
    with pytest.raises(ConfigurationError, match="No file states the version"):
        look_from({"pyproject.toml": dynamic}, {"VERSION": "1.4.0\n"}, siblings="quay-post")


def test_a_file_of_another_package_is_that_one_s() -> None:
    dynamic = f'{DYNAMIC}[tool.hatch.version]\npath = "../post/about.py"\n'
    over = {"packages/post/about.py": ABOUT, "packages/post/pyproject.toml": STATIC}
    with pytest.raises(ConfigurationError, match="No file states the version"):
        look_from({"pyproject.toml": dynamic}, over, siblings="quay-post")


def test_what_a_tool_at_the_top_was_told_is_kept_but_for_what_is_another_package_s() -> None:
    post = STATIC.replace("quay-lamp", "quay-post")
    over = {
        ".bumpversion.toml": BUMPVERSION,
        "deploy/values.yaml": "image:\n  tag: 1.4.0\n",
        "packages/post/pyproject.toml": post,
    }
    found = look_from({"pyproject.toml": STATIC}, over, siblings="quay-post")
    assert shown(found) == [
        PROJECT,
        "../../.bumpversion.toml tool.bumpversion.current_version",
        "../../deploy/values.yaml tag: {version}",
    ]
    assert "bump-my-version was asked for its files above the package's folder" in found.notes


@pytest.mark.parametrize(
    "told",
    [
        BUMPVERSION.replace('current_version = "1.4.0"', 'current_version = "2.0.0"'),  # it keeps another version
        BUMPVERSION.replace("packages/lamp", "packages/gone"),  # it was told of nothing here
    ],
)
def test_a_tool_at_the_top_that_is_another_package_s_says_nothing(told: str) -> None:
    over = {".bumpversion.toml": told, "deploy/values.yaml": "tag: 1.4.0\n"}
    assert shown(look_from({"pyproject.toml": STATIC}, over, siblings="quay-post")) == [PROJECT]


@pytest.mark.parametrize(("siblings", "kept"), [("", True), ("quay-post", False)])
def test_what_states_the_version_at_the_top_is_the_only_package_s(siblings: str, *, kept: bool) -> None:
    over = {"CITATION.cff": "version: 1.4.0\n", "docs/conf.py": 'release = "1.4.0"\nversion = "1.4"\n'}
    found = look_from({"pyproject.toml": STATIC}, over, siblings=siblings)
    places = ["../../CITATION.cff version: {version}", "../../docs/conf.py release", "../../docs/conf.py version"]
    assert shown(found) == [PROJECT, *(places if kept else [])]


def test_the_top_itself_has_nothing_above() -> None:
    assert shown(look({"pyproject.toml": STATIC}, Surroundings(siblings=frozenset()))) == [PROJECT]


@pytest.mark.parametrize(
    ("link", "path", "over", "place"),
    [
        ("../../common", "common/about.py", {"common/about.py": ABOUT}, "../../common/about.py __version__"),
        ("lib", "common/deep/about.py", {}, "lib/deep/about.py __version__"),
    ],
)
def test_what_the_build_reaches_through_a_link_to_a_folder_is_bumped_where_it_lies(
    link: str, path: str, over: dict[str, str], place: str
) -> None:
    dynamic = f'{DYNAMIC}[tool.hatch.version]\npath = "{path}"\n'
    inside = {"pyproject.toml": dynamic, "lib/deep/about.py": ABOUT}
    assert shown(look_from(inside, over, links={"common": link})) == [place]


def test_a_link_to_a_folder_that_holds_no_such_file_leads_nowhere() -> None:
    dynamic = f'{DYNAMIC}[tool.hatch.version]\npath = "common/about.py"\n'
    with pytest.raises(ConfigurationError, match="No file states the version"):
        look_from({"pyproject.toml": dynamic}, {}, links={"common": "../../common"})


def test_the_tags_are_those_that_the_tool_at_the_top_makes() -> None:
    told = BUMPVERSION.replace(
        'current_version = "1.4.0"', 'current_version = "1.4.0"\ntag_name = "lamp-{new_version}"'
    )
    found = look_from({"pyproject.toml": STATIC}, {".bumpversion.toml": told}, siblings="quay-post", tag="lamp-1.4.0")
    assert found.prefix.text == "lamp-"


def test_a_lock_beside_the_package_follows_where_it_has_the_package_by_its_folder() -> None:
    entry = '[[package]]\nname = "quay-lamp"\nversion = "1.4.0"\nsource = {{ {} }}\n'
    over = {
        "app/uv.lock": entry.format('editable = "../packages/lamp"'),
        "app/pyproject.toml": STATIC.replace("quay-lamp", "quay-app"),
        "other/uv.lock": entry.format('registry = "x"'),
        "uv.lock": entry.format('editable = "packages/lamp"'),
    }
    found = look_from({"pyproject.toml": STATIC}, over, siblings="quay-app")
    assert shown(found) == [PROJECT, "../../app/uv.lock", "../../uv.lock"]
    assert found.notes == ()
