"""Which version a file's name tells of: what is read here says what pypi-simple says, without loading it."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from packaging.version import Version
from pypi_simple import UnparsableFilenameError, parse_filename

from releasegate.adapters.index.page import versions_in_names
from releasegate.core.release.versions import parse_version

PROJECTS = ("sample", "harbor-api", "a.b_c")
STEMS = ("sample", "Sample", "harbor_api", "harbor-api", "Harbor.API", "a.b_c", "a-b-c", "a__b-c", "other", "harbor")
VERSIONS = ("1.0", "1!2.0rc1", "0.1.post2.dev3", "1.0+local.1", "1.0-beta", "2024.1.1", "nonsense", "1.0-1", "v1")
ENDS = (
    "-py3-none-any.whl",
    "-7-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "-py3.whl",
    ".tar.gz",
    ".zip",
    ".tar.bz2",
    ".linux-x86_64.tar.gz",
    ".win32-py2.7.exe",
    ".win-amd64-py3.4.exe",
    ".win32.zip",
    "-py2.7.egg",
    "-1.noarch.rpm",
    ".exe",
    "",
)


def by_pypi_simple(filename: str, project: str) -> Version | None:
    try:
        return parse_version(parse_filename(filename, project)[1])
    except UnparsableFilenameError:
        return None


@pytest.mark.parametrize("project", PROJECTS)
def test_every_name_tells_of_the_version_that_pypi_simple_finds_in_it(project: str) -> None:
    version = versions_in_names(project)
    each = itertools.product(STEMS, VERSIONS, ENDS)
    # Of a wheel whose project's name has a dash, pypi-simple takes a part of the name for the version.
    names = [f"{stem}-{told}{end}" for stem, told, end in each if not (end.endswith(".whl") and "-" in stem)]
    found = {name: version(name) for name in names}

    assert found == {name: by_pypi_simple(name, project) for name in names}
    assert {str(each) for each in found.values()} >= {
        "1.0",
        "1!2.0rc1",
        "0.1.post2.dev3",
        "1.0+local.1",
        "1.0b0",
        "None",
    }


@pytest.mark.parametrize("name", ["harbor-api-1.0-py3-none-any.whl", "harbor_api-1.0-py3-none-any.whl"])
def test_a_wheel_is_the_project_s_whatever_stands_between_the_words_of_its_name(name: str) -> None:
    assert versions_in_names("harbor-api")(name) == Version("1.0")


def test_nobody_waits_for_what_knows_unusual_names_where_all_are_usual() -> None:
    code = (
        "import sys; from releasegate.adapters.index.get import Response;"
        "from releasegate.adapters.index.page import JSON_PAGE, read_page;"
        'body = b\'{"files": [{"filename": "harbor_api-1.0-py3-none-any.whl", "url": "a"},'
        ' {"filename": "harbor-api-1.0-1.tar.gz", "url": "b"},'
        ' {"filename": "harbor-api-1.0.win32-py2.7.exe", "url": "c"},'
        ' {"filename": "harbor_api-1.0-py2-none-any.whl", "url": "d"}]}\';'
        "page = read_page(Response(200, 'https://index.test/simple/harbor-api/', JSON_PAGE, body), 'harbor-api');"
        "print(*(file.version for file in page.files));"
        "print([name for name in ('pypi_simple', 'pydantic', 'bs4', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1.0 1.0.post1 1.0 1.0\n[]\n"
