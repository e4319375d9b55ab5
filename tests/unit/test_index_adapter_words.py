"""What is taken from twine's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.adapters.index.twine import answer
from releasegate.adapters.process import Completed
from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import Refused


def test_the_status_and_the_indexs_reason_are_kept() -> None:
    said = answer(
        Completed(
            1,
            "Uploading distributions to https://index.test/\nUploading x.whl\n"
            "WARNING  Error during upload. Retry with the --verbose option for more details.\n"
            "\x1b[31mERROR   \x1b[0m HTTPError: 400 Bad Request from https://index.test/\n         File already exists",
            "",
        ),
        token="secret",
    )
    assert said.status == 400
    assert said.words == ("ERROR    HTTPError: 400 Bad Request from https://index.test/", "File already exists")


def test_no_status_is_named_where_twine_had_no_answer() -> None:
    trace = (
        "\x1b[31mTraceback (most recent call last):\x1b[0m\n  File 'x', line 1\nFirst: lost\n\nDuring handling...\n\n"
        "Traceback (most recent call last):\n  File 'y', line 2\n    call()\nConnectionError: 400 lost\n"
    )
    said = answer(Completed(1, "", f"before\n{trace}"), token="secret")
    assert (said.exit_code, said.status) == (1, None)
    assert said.words == ("before", "ConnectionError: 400 lost")


@pytest.mark.parametrize(("token", "shown"), [("s3cr/et", "s3cr/et"), ("s3cr/et", "s3cr%2Fet")])
def test_the_token_is_masked_in_every_form(token: str, shown: str) -> None:
    said = answer(Completed(1, f"echo {shown}", f"HTTPError: 403 Forbidden for {shown}"), token=token)
    assert said.words == ("echo ***", "HTTPError: 403 Forbidden for ***")


def test_control_characters_of_an_index_do_not_reach_the_terminal() -> None:
    said = answer(Completed(1, "HTTPError: 400 Bad\x1b[2J\x07 Request\x1b]0;title", ""), token="")
    assert all(word.isprintable() for word in said.words)
    assert said.status == 400


def index(environ: dict[str, str], *, token_env: str | None = None) -> SimpleIndex:
    return SimpleIndex(IndexConfig("testpypi", token_env=token_env), environ=environ, workdir=Path("unused"))


@pytest.mark.parametrize("environ", [{}, {"TESTPYPI_TOKEN": ""}, {"TESTPYPI_TOKEN": " \n"}])
def test_without_a_token_nothing_is_sent(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "x.whl"
    file.touch()
    with pytest.raises(Refused, match=r"No token for testpypi\.") as refused:
        index(environ, token_env="TESTPYPI_TOKEN").upload(file)
    assert "Set TESTPYPI_TOKEN" in refused.value.hint


def test_an_index_without_a_token_variable_says_how_to_name_one(tmp_path: Path) -> None:
    file = tmp_path / "x.whl"
    file.touch()
    with pytest.raises(Refused) as refused:
        index({}).upload(file)
    assert "tool.releasegate.indexes.testpypi.token-env" in refused.value.hint


def test_a_file_that_is_not_there_is_not_sent(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"There is no file x\.whl to upload"):
        index({"T": "t"}, token_env="T").upload(tmp_path / "x.whl")
