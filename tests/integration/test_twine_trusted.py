"""In GitHub Actions an upload to a public index needs no token: twine says who the job is, and the file is attested."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from releasegate.adapters.index.twine import ATTESTATION, Uploader, answer
from releasegate.adapters.process import Completed
from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import Refused, Unavailable
from releasegate.rehearsal.index import EmbeddedIndex, sample_wheel

SECRET = "of-the-job"
JOB = {
    "GITHUB_ACTIONS": "true",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:9/identity",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": SECRET,
}
ALIAS = IndexConfig("pypi", token_env="PYPI_TOKEN")
SIGNS = """import os, pathlib, sys
assert os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] and "PYPI_TOKEN" not in os.environ
pathlib.Path(sys.argv[1] + ".publish.attestation").write_text("{}")
"""
FAILS = """import os, sys
sys.exit("no signature for " + os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    sample = sample_wheel("harbor", "1.0")
    path = tmp_path / sample.filename
    path.write_bytes(sample.content)
    return path


def uploader(tmp_path: Path, script: str = SIGNS, **environ: str) -> Uploader:
    """Return an uploader whose signer is a script, and which sends to a port where nobody listens."""
    (tmp_path / "sign.py").write_text(script)
    signer = (sys.executable, str(tmp_path / "sign.py"))
    return Uploader(
        ALIAS, "http://127.0.0.1:9/legacy/", {"PATH": "/usr/bin", **environ}, tmp_path / "work", signer=signer
    )


@pytest.mark.parametrize(
    ("changes", "environ", "trusted"),
    [
        ({}, JOB, True),
        ({}, {**JOB, "PYPI_TOKEN": "one"}, False),
        ({}, {**JOB, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""}, False),
        ({}, {}, False),
        ({"keyring": True}, JOB, False),
        ({"upload": "http://127.0.0.1:9/"}, JOB, False),
    ],
    ids=["a job with the right", "a token wins", "no right", "no job", "a keyring", "an index of one's own"],
)
def test_only_a_job_without_a_token_is_trusted_by_a_public_index(
    tmp_path: Path, changes: dict[str, object], environ: dict[str, str], *, trusted: bool
) -> None:
    one = uploader(tmp_path, **environ)
    assert replace(one, config=replace(ALIAS, **changes)).trusted == trusted  # type: ignore[arg-type]


def test_a_file_is_attested_anew_and_its_attestation_goes_with_it(tmp_path: Path, wheel: Path) -> None:
    said = uploader(tmp_path, **JOB).upload(wheel)
    made = wheel.with_name(wheel.name + ATTESTATION)
    assert made.read_text() == "{}"
    # Nobody listens there, so that the outcome is not known; what twine says of it holds no secret.
    assert (said.exit_code != 0, said.status) == (True, None)
    assert SECRET not in " ".join(said.words)
    made.write_text("kept")
    # One that was left may be cut off, or be of other bytes.
    uploader(tmp_path, **JOB).upload(wheel)
    assert made.read_text() == "{}"


def test_where_nothing_can_attest_a_file_it_is_not_sent(tmp_path: Path, wheel: Path) -> None:
    with pytest.raises(Refused, match="cannot be attested here") as refusal:
        replace(uploader(tmp_path, **JOB), signer=None).upload(wheel)
    assert "releasegate[attestations]" in refusal.value.hint


def test_an_identity_that_is_not_exchanged_is_no_verdict_on_the_file() -> None:
    said = "HTTPError: 404 Client Error: Not Found for url: http://127.0.0.1:9/_/oidc/audience"
    assert answer(Completed(1, "", said), token="t").status == 403


def test_a_file_that_cannot_be_attested_is_not_sent(tmp_path: Path, wheel: Path) -> None:
    with EmbeddedIndex(name="pypi", root=tmp_path / "index", token="t") as index:
        one = replace(uploader(tmp_path, FAILS, **JOB), url=index.upload_url)
        with pytest.raises(Unavailable, match="could not be attested, so it was not uploaded") as error:
            one.upload(wheel)
        assert index.stored == {}
    assert any("no signature for" in line for line in error.value.details)
    assert SECRET not in str(error.value)


def test_a_token_uploads_without_an_attestation(tmp_path: Path, wheel: Path) -> None:
    with EmbeddedIndex(name="pypi", root=tmp_path / "index", token="pypi-t-o-k-e-n") as index:
        one = replace(uploader(tmp_path, FAILS, **JOB, PYPI_TOKEN="pypi-t-o-k-e-n"), url=index.upload_url)
        assert one.upload(wheel).exit_code == 0
        assert dict(index.stored) == {wheel.name: 1}


def test_where_neither_is_there_both_are_named(tmp_path: Path, wheel: Path) -> None:
    with pytest.raises(Refused, match="No token for pypi") as refusal:
        uploader(tmp_path).upload(wheel)
    assert "PYPI_TOKEN" in refusal.value.hint
    assert "trusted publisher" in refusal.value.hint
