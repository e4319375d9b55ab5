"""An identity is exchanged for a token where it is whole, meant for this index, of a registered workflow, and new."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from index_client import Clock
from werkzeug.test import Client
from werkzeug.wrappers import Request

from releasegate.rehearsal.identity import IdentityProvider
from releasegate.rehearsal.index.held.events import Digests
from releasegate.rehearsal.index.trusted import LIFETIME, TrustedPublisher, TrustedPublishing, identity
from releasegate.rehearsal.index.upload.attested import KINDS, STATEMENT, attestation_problem
from releasegate.rehearsal.index.upload.members import look_into
from releasegate.rehearsal.index.upload.model import UploadedFile

KEY = b"shared"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
PUBLISHER = TrustedPublisher("Harbor_Api", "octo/harbor", "release.yml", "pypi")
CLAIMS: dict[str, Any] = {
    "aud": "pypi",
    "exp": NOW.timestamp() + 60,
    "jti": "1",
    "repository": "octo/harbor",
    "job_workflow_ref": "octo/harbor/.github/workflows/release.yml@refs/tags/v1.0",
    "environment": "pypi",
}


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def index(clock: Clock) -> TrustedPublishing:
    return TrustedPublishing("pypi", KEY, clock, (PUBLISHER,))


def mint(index: TrustedPublishing, payload: object) -> tuple[int, Mapping[str, Any]]:
    answer = index.mint(Request.from_values(method="POST", json=payload)).response
    assert answer is not None
    return answer.status_code, json.loads(answer.get_data())


def test_an_identity_becomes_a_token_for_its_project_that_lives_for_minutes(
    index: TrustedPublishing, clock: Clock
) -> None:
    status, said = mint(index, {"token": identity(CLAIMS, KEY)})
    assert (status, said["success"], said["expires"]) == (200, True, int((NOW + LIFETIME).timestamp()))
    assert index.publisher(said["token"], "harbor-api") == PUBLISHER
    assert index.publisher(said["token"], "another") is None
    assert index.publisher("another", "harbor-api") is None
    clock.now += LIFETIME + timedelta(seconds=1)
    assert index.publisher(said["token"], "harbor-api") is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "testpypi"}, "invalid-token"),
        ({"exp": NOW.timestamp() - 1}, "invalid-token"),
        ({"repository": "mona/harbor"}, "invalid-publisher"),
        ({"environment": "testpypi"}, "invalid-publisher"),
        ({"job_workflow_ref": "octo/harbor/.github/workflows/other.yml@refs/tags/v1.0"}, "invalid-publisher"),
        ({"job_workflow_ref": "mona/shared/.github/workflows/release.yml@refs/heads/main"}, "invalid-publisher"),
    ],
    ids=["audience", "too old", "repository", "environment", "workflow", "workflow of another repository"],
)
def test_any_other_identity_is_refused(index: TrustedPublishing, changes: dict[str, Any], code: str) -> None:
    status, said = mint(index, {"token": identity({**CLAIMS, **changes}, KEY)})
    assert (status, said["errors"][0]["code"]) == (422, code)


def test_an_identity_is_taken_once(index: TrustedPublishing) -> None:
    assert mint(index, {"token": identity(CLAIMS, KEY)})[0] == 200
    assert mint(index, {"token": identity(CLAIMS, KEY)})[1]["errors"][0]["code"] == "invalid-reuse-token"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"token": identity(CLAIMS, b"another")}, "invalid-token"),
        ({"token": "no.token"}, "invalid-token"),
        ({"token": 7}, "invalid-payload"),
        ([], "invalid-payload"),
        (None, "invalid-payload"),
    ],
)
def test_what_is_no_identity_is_refused(index: TrustedPublishing, payload: object, code: str) -> None:
    assert mint(index, payload)[1]["errors"][0]["code"] == code


@pytest.mark.parametrize("claims", [[1], "text"])
def test_a_signed_token_without_claims_is_refused(index: TrustedPublishing, claims: Any) -> None:
    assert mint(index, {"token": identity(claims, KEY)})[1]["errors"][0]["code"] == "invalid-token"


def test_a_job_without_the_right_gets_no_identity(index: TrustedPublishing) -> None:
    client = Client(IdentityProvider(KEY, "right", "octo/harbor", "release.yml", "pypi"))
    assert client.get("/?audience=pypi").status_code == 403
    answer = client.get("/?audience=pypi", headers={"Authorization": "bearer right"})
    value = json.loads(answer.get_data())["value"]
    index.clock = lambda: datetime.now(UTC)
    assert mint(index, {"token": value})[0] == 200


FILE = UploadedFile("harbor-1.0.tar.gz", 1, Digests("m", "s" * 64, "b"), look_into(io.BytesIO(), filename="x", size=0))
SUBJECT = {"name": FILE.filename, "digest": {"sha256": FILE.digests.sha256}}
SOUND = {"_type": STATEMENT, "predicateType": f"https://index.example{KINDS[0]}", "subject": [SUBJECT]}


def attested(statement: object) -> str:
    text = base64.b64encode(json.dumps(statement).encode()).decode()
    return attestation_problem({"envelope": {"statement": text}}, FILE)


def test_an_attestation_is_of_its_file() -> None:
    assert attested(SOUND) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"_type": "x"}, "no statement"),
        ({"predicateType": "x"}, "unknown kind"),
        ({"subject": []}, "exactly one"),
        ({"subject": [SUBJECT, SUBJECT]}, "exactly one"),
        ({"subject": ["x"]}, "exactly one"),
        ({"subject": "x"}, "exactly one"),
        ({"subject": [{**SUBJECT, "name": "x"}]}, "distribution name"),
        ({"subject": [{**SUBJECT, "digest": {}}]}, "distribution digest"),
        ({"subject": [{**SUBJECT, "digest": "x"}]}, "distribution digest"),
    ],
)
def test_an_attestation_of_anything_else_is_refused(changes: dict[str, object], said: str) -> None:
    assert said in attested({**SOUND, **changes})


@pytest.mark.parametrize("envelope", ["x", {}, {"statement": 1}, {"statement": "!"}, {"statement": "AAAA"}])
def test_what_is_no_statement_is_refused(envelope: object) -> None:
    assert "no statement" in attestation_problem(cast("dict[str, Any]", {"envelope": envelope}), FILE)
