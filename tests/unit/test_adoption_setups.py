"""What setup.py and flit's older table say is read without running them, wherever it is written down."""

from __future__ import annotations

import pytest
from adopted import INIT, STATIC, look, shown

from releasegate.core.errors import ConfigurationError

VERSIONED = '__title__ = "quay-lamp"\n__version__ = "1.4.0"\n'


@pytest.mark.parametrize(
    ("files", "places"),
    [
        (
            {"setup.py": 'setup(name="quay-lamp", version=open("VERSION").read())', "VERSION": "1.4.0\n"},
            ["VERSION {version}"],
        ),
        (
            {
                "setup.py": 'from os import path\nwith open(path.join("src", "quay_lamp", "VERSION")) as f:\n'
                '    v = f.read()\nsetup(name="quay-lamp", version=v)',
                "src/quay_lamp/VERSION": "v1.4.0",
                "NOTES": "1.3.0",
            },
            ["src/quay_lamp/VERSION v{version}"],
        ),
        ({"setup.py": 'NAME = "quay-lamp"\nsetup(name=NAME, version="1.4.0")'}, ["setup.py"]),
        ({"setup.py": 'said = dict(name="quay-lamp", version="1.4.0")\nsetup(**said)'}, ["setup.py"]),
        ({"setup.py": 'setup(**{"name": "quay-lamp", "version": "1.4.0", **more, other: 1})'}, ["setup.py"]),
        (
            {
                "setup.py": "import quay_lamp\nsetup(name=quay_lamp.__title__, version=quay_lamp.__version__)",
                INIT: VERSIONED,
            },
            [f"{INIT} __version__"],
        ),
        (
            {
                "setup.py": 'a = {}\nexec(open("src/quay_lamp/about.py").read(), a)\n'
                'setup(name=a["__title__"], version=a["__version__"])',
                "src/quay_lamp/__init__.py": "",
                "src/quay_lamp/about.py": VERSIONED,
            },
            ["src/quay_lamp/about.py __version__"],
        ),
        (
            {
                "pyproject.toml": '[build-system]\nbuild-backend = "flit_core.buildapi"\n[tool.flit.metadata]\n'
                'module = "quay_lamp"\nrequires-python = ">=3.12"',
                INIT: VERSIONED,
            },
            [f"{INIT} __version__"],
        ),
    ],
)
def test_what_is_written_down_is_found(files: dict[str, str], places: list[str]) -> None:
    found = look(files)
    assert (found.name, found.version, shown(found)) == ("quay-lamp", "1.4.0", places)


def test_flits_older_table_names_the_package_and_its_pythons() -> None:
    table = '[build-system]\nbuild-backend = "flit_core.buildapi"\n[tool.flit.metadata]\nmodule = "quay_lamp"\n'
    said = 'dist-name = "lamp"\nrequires-python = ">=3.13"\n'
    found = look({"pyproject.toml": f"{table}{said}", INIT: VERSIONED})
    assert (found.name, found.pythons) == ("lamp", ("3.13", "3.14"))


@pytest.mark.parametrize("name", ["read()", 'a["b"].lower()', "1", 'a["nowhere"]', "", "__title__", "**said, other=1"])
def test_a_name_that_is_computed_is_never_guessed(name: str) -> None:
    argument = name if name.startswith("**") else f"name={name or '[]'}"
    files = {
        "setup.py": f'said = f()\nsetup({argument}, version="1.4.0")',
        "a.py": VERSIONED,
        "b.py": '__title__ = "c"',
    }
    with pytest.raises(ConfigurationError, match=r"computes the name|names no package") as error:
        look(files)
    assert "setup(name=" in str(error.value.hint) or "[project]" in str(error.value.hint)


def test_a_mark_of_the_byte_order_is_no_part_of_setup_cfg() -> None:
    cfg = "\ufeff[metadata]\r\nname = quay-lamp\r\nversion = attr: quay_lamp.__version__\r\n"
    found = look({"setup.cfg": cfg, INIT: "__version__ = '1.4.0'\r\n"})
    assert shown(found) == [f"{INIT} __version__"]


def test_of_two_packages_of_one_name_the_one_that_is_installed_states_the_version() -> None:
    old = {"legacy/quay_lamp/__init__.py": "__version__ = '0.9.0'\n"}
    found = look({"pyproject.toml": STATIC, INIT: "__version__ = '1.4.0'\n", **old})
    assert shown(found) == ["pyproject.toml project.version", f"{INIT} __version__"]


@pytest.mark.parametrize(
    ("read", "path", "text", "place"),
    [
        ("json.load(open('meta.json'))['version']", "meta.json", '{"version": "1.4.0"}', "meta.json version"),
        (
            "read('settings.ini')['version']",
            "settings.ini",
            "[DEFAULT]\nversion = 1.4.0\n",
            "settings.ini DEFAULT.version",
        ),
        ("toml.load('a.toml')['lamp']['number']", "a.toml", '[lamp]\nnumber = "1.4.0"\n', "a.toml lamp.number"),
    ],
)
def test_what_setup_py_looks_up_in_a_file_is_followed_by_its_keys(read: str, path: str, text: str, place: str) -> None:
    setup = f"setup(name='quay-lamp', version={read})\n"
    assert shown(look({"setup.py": setup, path: text, "other.json": "{}"})) == [place]


def test_what_setup_py_looks_up_by_no_text_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="stands nowhere as one plain text"):
        look({"setup.py": "setup(name='quay-lamp', version=read('a.json')[0])\n", "a.json": '["1.4.0"]'})
