"""What is hidden from foreign code, and what of it is shown all the same."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

from releasegate.adapters.foreign.docker_settings import write_docker_settings
from releasegate.adapters.foreign.tools import SHARED, cargo, tool_folders

if sys.platform == "win32":
    pytest.skip("nothing can be hidden there", allow_module_level=True)

from releasegate.adapters.foreign.hidden import hidden, shown


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a person's home folder."""
    made = tmp_path / "home"
    made.mkdir()
    return made


def put(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
        path.chmod(0o755)


def below(home: Path, *given: Path, **environ: str) -> list[str]:
    """Return what of *home* is shown."""
    found = shown({"HOME": str(home), **environ}, given=given, hiding=[str(home)])
    return [each.removeprefix(f"{home}/") for each in found]


def test_the_home_folder_is_hidden_and_whatever_else_holds_a_person_s_settings(home: Path, tmp_path: Path) -> None:
    elsewhere, agent = tmp_path / "settings", tmp_path / "agent"
    elsewhere.mkdir()
    put(agent)
    environ = {"HOME": str(home), "XDG_CONFIG_HOME": str(elsewhere), "SSH_AUTH_SOCK": str(agent)}

    found = hidden(environ)

    assert {str(home), str(elsewhere), str(agent)} <= set(found)
    assert found == sorted(found)


@pytest.mark.parametrize("everything", ["/", "/usr", tempfile.gettempdir(), "/not/there", "relative", ""])
def test_what_everything_is_in_cannot_be_hidden(everything: str) -> None:
    assert everything not in hidden({"HOME": everything})


def test_of_a_link_the_folder_itself_is_hidden(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home)
    found = hidden({"HOME": str(tmp_path / "link")})
    assert str(home) in found
    assert str(tmp_path / "link") not in found


def test_nothing_is_shown_of_a_home_folder_that_nothing_needs(home: Path) -> None:
    put(home / ".netrc", home / "project" / ".env", home / ".local/share/keyrings/login")
    assert below(home, PATH="/usr/bin:/bin") == []


def test_what_is_given_is_shown_and_the_way_to_it_too(home: Path) -> None:
    put(home / "real" / "file")
    (home / "way").symlink_to(home / "real")
    assert below(home, home / "way" / "file", home / "missing") == ["real/file", "way"]


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (("conda/bin/tool", "conda/lib/a"), ["conda", "conda/bin"]),
        (("conda/bin/tool", "conda/token"), ["conda/bin"]),
        ((".local/bin/tool", ".local/lib/a"), [".local/bin"]),
        (("mine/bin/tool", "mine/lib/a", "mine/.ssh/id"), ["mine/bin"]),
        (("bin/tool", "lib/a"), ["bin"]),
    ],
)
def test_a_folder_is_shown_around_its_programs_where_it_was_installed_as_a_whole(
    home: Path, there: tuple[str, ...], expected: list[str]
) -> None:
    put(*(home / name for name in there))
    assert below(home, PATH=str((home / there[0]).parent)) == expected


def test_a_home_folder_is_never_shown_as_a_whole(home: Path) -> None:
    put(home / ".netrc", home / "lib" / "a", home / "bin" / "tool")
    given = {"PATH": f"{home}:{home / 'bin'}", "TMPDIR": str(home), "UV_CACHE_DIR": str(home), SHARED: f"~/:{home}"}
    assert below(home, home, home.parent, **given) == ["bin"]


def test_a_person_may_name_more(home: Path) -> None:
    put(home / "models" / "a", home / "sdk" / "b")
    assert below(home, **{SHARED: f"~/models:{home / 'sdk'}:/nowhere"}) == ["models", "sdk"]


def test_the_certificates_that_programs_are_told_of_are_shown(home: Path) -> None:
    put(home / "ca.pem")
    assert below(home, SSL_CERT_FILE=str(home / "ca.pem"), PYPI_TOKEN=str(home)) == ["ca.pem"]


def test_a_clone_s_borrowed_objects_are_shown_through_every_lender(home: Path, tmp_path: Path) -> None:
    clone, first, second = tmp_path / "clone", home / "first/.git/objects", home / "second/.git/objects"
    put(first / "a", second / "b", clone / "package" / "file")
    for objects, lender in (
        (clone / ".git/objects", first),
        (first, second),
        (second, Path("../../../first/.git/objects")),
    ):
        put(objects / "info" / "alternates")
        (objects / "info" / "alternates").write_text(f"{lender}\n", encoding="utf-8")

    assert below(home, clone / "package") == ["first/.git/objects", "second/.git/objects"]


def test_tools_are_led_to_the_folders_that_are_here(home: Path, tmp_path: Path) -> None:
    for folder in (home / ".cache/uv", home / ".rustup", home / ".cargo", tmp_path / "cache/pip", tmp_path / "pyenv"):
        folder.mkdir(parents=True)
    environ = {"HOME": str(home), "PYENV_ROOT": str(tmp_path / "pyenv"), "CCACHE_DIR": "relative"}

    assert tool_folders(environ) == {
        "PYENV_ROOT": str(tmp_path / "pyenv"),
        "RUSTUP_HOME": str(home / ".rustup"),
        "UV_CACHE_DIR": str(home / ".cache/uv"),
    }
    assert tool_folders({"HOME": str(home), "XDG_CACHE_HOME": str(tmp_path / "cache")}) == {
        "PIP_CACHE_DIR": str(tmp_path / "cache/pip"),
        "RUSTUP_HOME": str(home / ".rustup"),
    }
    assert cargo(environ) == {"CARGO_HOME": str(home / ".cargo")}
    assert tool_folders({}) == cargo({}) == {}


def test_docker_finds_its_engine_without_the_credentials(home: Path, tmp_path: Path) -> None:
    put(home / ".docker/cli-plugins/docker-compose", home / ".docker/contexts/meta/a/meta.json")
    put(home / ".docker/contexts/tls/a/key.pem")
    settings = {"auths": {"a.example": {"auth": "secret"}}, "credsStore": "x", "currentContext": "desktop"}
    (home / ".docker/config.json").write_text(json.dumps(settings), encoding="utf-8")

    write_docker_settings({"HOME": str(home)}, tmp_path / "own")

    own = tmp_path / "own" / ".docker"
    assert json.loads((own / "config.json").read_text(encoding="utf-8")) == {
        "currentContext": "desktop",
        "cliPluginsExtraDirs": [str(home / ".docker/cli-plugins")],
    }
    files = sorted(str(each.relative_to(own)) for each in own.rglob("*") if each.is_file())
    assert files == ["config.json", "contexts/meta/a/meta.json"]
    assert below(home) == [".docker/cli-plugins"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"auths": {}}', "\udcff"])
def test_the_home_folder_stays_empty_where_docker_needs_nothing(home: Path, tmp_path: Path, text: str) -> None:
    put(home / ".docker/config.json")
    (home / ".docker/config.json").write_bytes(os.fsencode(text))
    write_docker_settings({"HOME": str(home)}, tmp_path)
    assert not (tmp_path / ".docker").exists()
