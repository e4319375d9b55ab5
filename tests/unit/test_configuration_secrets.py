"""A secret in the configuration is refused, and never shown."""

import pytest

from releasegate.core.config.messages import holds_secret
from releasegate.core.config.parse import EXAMPLE, parse_settings
from releasegate.core.errors import ConfigurationError

TOKEN = "pypi-AgE" + "x" * 12
LONG = "pypi-" + "x" * 60
ADDRESSES = 'upload = "http://a.example/"\nsimple = "http://a.example/"\n'


def refusal(lines: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(lines, where="pyproject.toml")
    return str(caught.value)


@pytest.mark.parametrize("key", ["token", "password", "api-key", "API_KEY", "upload-token", "secret"])
def test_a_key_for_a_secret_is_refused_and_its_value_not_shown(key: str) -> None:
    said = refusal(f'{EXAMPLE}[tool.releasegate.indexes.mine]\n{ADDRESSES}{key} = "hunter2"\n')
    assert f'indexes.mine.{key}: a secret must not stand here; name an environment variable in "token-env"' in said
    assert "hunter2" not in said


@pytest.mark.parametrize("secret", [TOKEN, LONG, "ghp_" + "a" * 30, "github_pat_" + "a" * 30, "glpat-" + "a" * 20])
@pytest.mark.parametrize(
    "line",
    [
        'staging = "{}"',
        'stagin = "{}"',
        'propagation = "{}"',
        'indexes.mine = "{}"',
        'indexes.pypi.username = "{}"',
        'indexes.pypi.token-env = "{}"',
        'indexes.pypi.keyring = "{}"',
        'indexes.pypi.upload = "{}"',
        'indexes."{}" = 1',
        '"{}" = 1',
    ],
)
def test_a_token_is_refused_wherever_it_stands_and_not_shown(line: str, secret: str) -> None:
    assert secret not in refusal(f"[tool.releasegate]\n{line.format(secret)}\n{EXAMPLE}")


def test_a_token_within_a_command_is_refused_and_not_shown() -> None:
    said = refusal(f'{EXAMPLE}end-to-end = {{ command = ["run", "--password={TOKEN}"] }}')
    assert "end-to-end.command[1]: a secret must not stand here" in said
    assert TOKEN not in said


def test_anything_that_begins_like_a_token_is_refused_as_a_user() -> None:
    said = refusal(f'{EXAMPLE}[tool.releasegate.indexes.pypi]\nusername = "pypi-abc"')
    assert 'username: is a token; write "__token__", and name its environment variable in "token-env"' in said
    assert "pypi-abc" not in said


def test_what_is_no_variable_is_not_shown_for_it_is_most_often_the_token() -> None:
    said = refusal(f'{EXAMPLE}[tool.releasegate.indexes.pypi]\ntoken-env = "pypi-abc"')
    assert "token-env: is not the name of an environment variable" in said
    assert "pypi-abc" not in said


@pytest.mark.parametrize("who", ["robot:hunter2", "hunter2", "@hunter2", ":hunter2"])
def test_an_address_with_credentials_is_refused_and_not_shown(who: str) -> None:
    address = f"https://{who}@a.example/"
    said = refusal(f'{EXAMPLE}[tool.releasegate.indexes.mine]\nupload = "{address}"\nsimple = "http://a.example/"')
    assert "indexes.mine.upload: " in said
    assert "hunter2" not in said


def test_a_password_in_a_requirement_is_refused_and_not_shown() -> None:
    said = refusal(f'{EXAMPLE}install.requirements = ["a @ https://robot:hunter2@a.example/a.whl"]')
    assert "install.requirements[0]: a secret must not stand here" in said
    assert "hunter2" not in said


def test_a_secret_in_a_name_is_not_shown_where_the_name_is() -> None:
    said = refusal(f'[tool.releasegate]\nindexes."{TOKEN}" = 1\n{EXAMPLE}')
    assert "tool.releasegate.indexes.'(a secret)': is a number; write a table" in said


def test_a_long_value_is_cut() -> None:
    said = refusal(EXAMPLE.replace("my-package", "x y" * 100))
    assert "x y" * 40 not in said
    assert "\"... is not a package's name" in said


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("PYPI_TOKEN", "x", True),
        ("MY_INDEX_PASSWORD", "x", True),
        ("PGPASSWD", "x", True),
        ("AWS_SECRET_ACCESS_KEY", "x", True),
        ("HATCH_INDEX_AUTH", "x", True),
        ("PIP_INDEX_URL", "https://me:hunter2@index.example/simple", True),
        ("WHATEVER", TOKEN, True),
        ("PYPI_TOKEN", "", False),
        ("PYPI_TOKEN", " ", False),
        ("SSH_AUTH_SOCK", "/run/agent.2", False),
        ("PASSWORD_STORE_DIR", "/home/ada/.password-store", False),
        ("PATH", "/usr/bin", False),
        ("AUTHOR", "Ada", False),
    ],
)
def test_a_variable_is_known_to_hold_a_secret_by_its_name_or_its_value(name: str, value: str, holds: bool) -> None:  # noqa: FBT001
    assert holds_secret(name, value) is holds
