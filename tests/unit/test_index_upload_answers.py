"""The upload table: every answer of the index, with its status, its words, and what it leaves behind."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from index_client import TOKEN, assert_refused, local_index, upload
from werkzeug.test import Client

from releasegate.rehearsal.index import LocalIndex, Policy, Sample, sample_sdist, sample_wheel
from releasegate.rehearsal.index.upload.attested import KINDS, STATEMENT

LOCAL_VERSION = (
    "The use of local versions in '1.0+local' is not allowed. "
    "See the version specifiers' local version identifiers for more information."
)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with local_index(tmp_path) as index:
        yield index


def test_a_wheel_and_an_sdist_are_stored(index: LocalIndex) -> None:
    assert upload(index, sample_wheel()).status_code == 200
    assert upload(index, sample_sdist()).status_code == 200
    assert index.stored == {"sample-1.0-py3-none-any.whl": 1, "sample-1.0.tar.gz": 1}


def test_read_only_mode_refuses_before_the_token_is_looked_at(index: LocalIndex) -> None:
    index.policy = Policy(uploads="read-only")
    assert_refused(upload(index, sample_wheel(), password="bad"), 403, "Read-only mode")


def test_a_bad_token_is_refused_before_the_form_is_read(index: LocalIndex) -> None:
    response = upload(index, sample_wheel(), {"protocol_version": "9", "name": "!"}, password="bad")
    assert_refused(response, 403, "Invalid or non-existent authentication information.")


def test_no_token_is_refused(index: LocalIndex) -> None:
    response = Client(index.app).post("/legacy/", data=dict(sample_wheel().fields))
    assert_refused(response, 403, "Invalid or non-existent authentication information.")


def test_another_kind_of_authentication_is_refused(index: LocalIndex) -> None:
    response = Client(index.app).post("/legacy/", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 403


def test_a_user_name_that_is_not_the_tokens_is_refused(index: LocalIndex) -> None:
    response = Client(index.app).post("/legacy/", data=dict(sample_wheel().fields), auth=("somebody", TOKEN))
    assert response.status_code == 403


def test_each_index_has_its_own_token(index: LocalIndex, tmp_path: Path) -> None:
    with LocalIndex(name="pypi", root=tmp_path / "other", token="another") as other:
        assert upload(other, sample_wheel()).status_code == 403
        assert upload(other, sample_wheel(), password="another").status_code == 200
    assert index.stored == {}


def test_an_unknown_protocol_is_refused(index: LocalIndex) -> None:
    assert_refused(upload(index, sample_wheel(), {"protocol_version": "2"}), 400, "Unknown protocol version.")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "-sample"}, "'-sample' is an invalid value for Name."),
        ({"name": "x" * 70 + "!"}, "xxx...xxx"),
        ({"name": ""}, "'' is an invalid value for Name. Error: This field is required."),
        ({"filetype": "bdist_egg"}, "Invalid value for filetype. Error: Use a known file type."),
        ({"filetype": ""}, "Invalid value for filetype. Error: This field is required."),
        ({"sha256_digest": "abc"}, "sha256_digest. Error: Use a valid, hex-encoded, SHA256 message digest."),
        ({"blake2_256_digest": "abc"}, "blake2_256_digest. Error: Use a valid, hex-encoded, BLAKE2 message digest."),
        ({"sha256_digest": ""}, "Include at least one message digest."),
        ({"pyversion": ""}, "Invalid value for pyversion."),
        ({"metadata_version": "9.9"}, "'9.9' is not a valid metadata version"),
        ({"metadata_version": "2.6"}, "'2.6' is not a valid metadata version"),
        ({"version": "one"}, "'version'"),
        ({"version": ["1.0", "1.1"]}, "'version' has invalid data"),
        ({"requires_python": "three"}, "'requires-python'"),
        ({"summary": "x" * 513}, "'summary' field must be 512 characters or less."),
        ({"summary": "x\ny"}, "'summary'"),
        ({"requires_dist": "other @ git+file:///srv/other"}, "Can't have direct dependency: other @ git+file:"),
        ({"project_urls": "Homepage"}, "Must have a URL"),
        ({"project_urls": ["Home, https://a.invalid", "Home, https://b.invalid"]}, "'project_urls' has invalid data"),
        ({"keywords": ["one", "two"]}, "'keywords' has invalid data"),
        ({"classifiers": "Private :: Do Not Upload"}, "'Private :: Do Not Upload' is not a valid classifier."),
        ({"metadata_version": "2.5", "import_name": "no name"}, "import-name"),
        ({"description_content_type": "text/html"}, "'description-content-type'"),
        ({"license_expression": "No Such Licence"}, "license-expression"),
        ({"dynamic": "Name"}, "dynamic"),
        ({"metadata_version": "2.1", "license_expression": "MIT"}, "license-expression"),
    ],
)
def test_a_bad_field_is_refused_and_named(index: LocalIndex, fields: Mapping[str, str | list[str]], words: str) -> None:
    assert_refused(upload(index, sample_wheel(), fields), 400, words)
    assert index.stored == {}


def test_good_optional_fields_are_taken(index: LocalIndex) -> None:
    fields: dict[str, str | list[str]] = {
        "keywords": "one, two",
        "project_urls": ["Homepage, https://example.invalid/", "Source, https://example.invalid/source"],
        "classifiers": ["Programming Language :: Python :: 3"],
        "requires_dist": ["other>=1"],
        "author": "UNKNOWN",
        "license_expression": "",
        "import_name": "sample",
        "metadata_version": "2.5",
        "summary": "A sample.",
        "description": "# Sample\n\n`unbalanced",
        "description_content_type": "text/markdown; charset=UTF-8",
    }
    assert upload(index, sample_wheel(), fields).status_code == 200


def test_an_sdist_says_source_as_its_python_version(index: LocalIndex) -> None:
    assert_refused(upload(index, sample_sdist(), {"pyversion": "3.11"}), 400, "Invalid value for pyversion.")


def test_a_local_version_is_refused(index: LocalIndex) -> None:
    assert_refused(upload(index, sample_wheel(version="1.0+local")), 400, LOCAL_VERSION)


def test_an_upload_without_a_file_is_refused(index: LocalIndex) -> None:
    response = Client(index.app).post("/legacy/", data=dict(sample_wheel().fields), auth=("__token__", TOKEN))
    assert_refused(response, 400, "Upload payload does not have a file.")


def test_a_publishers_token_cannot_create_a_project(index: LocalIndex) -> None:
    index.policy = Policy(identity="publisher")
    assert_refused(upload(index, sample_wheel()), 400, "Non-user identities cannot create new projects.")
    index.policy = Policy()
    upload(index, sample_wheel())
    index.policy = replace(index.policy, identity="publisher")
    assert upload(index, sample_wheel(version="1.1")).status_code == 200


def test_too_many_new_projects_are_refused(index: LocalIndex) -> None:
    index.policy = Policy(new_projects=1)
    assert upload(index, sample_wheel("first")).status_code == 200
    assert_refused(upload(index, sample_wheel("second")), 429, "Too many new projects created")
    assert upload(index, sample_wheel("first", "1.1")).status_code == 200


def test_a_project_of_somebody_else_is_refused(index: LocalIndex) -> None:
    index.reserve("Sample")
    said = "isn't allowed to upload to project 'sample'."
    assert_refused(upload(index, sample_wheel()), 403, f"The user '__token__' {said}")
    index.policy = Policy(identity="publisher")
    assert_refused(upload(index, sample_wheel()), 403, f"The given token {said}")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"description": "*unbalanced"}, "in the default format of reStructuredText"),
        ({"description": ".. no-such-directive::", "description_content_type": "text/x-rst"}, "for 'text/x-rst'."),
    ],
)
def test_a_description_that_does_not_render_is_refused(
    index: LocalIndex, fields: Mapping[str, str], words: str
) -> None:
    assert_refused(upload(index, sample_wheel(), fields), 400, f"The description failed to render {words}")


def test_a_description_that_renders_is_taken(index: LocalIndex) -> None:
    assert upload(index, sample_wheel(), {"description": "Sample\n======\n\n*Fine.*"}).status_code == 200


@pytest.mark.parametrize(
    ("filename", "words"),
    [
        ("sample-1.0.exe", "Use .tar.gz, .whl or .zip extension."),
        ("sample-1.0.tar.gz", "Extension .tar.gz is invalid for filetype bdist_wheel."),
        ("../sample-1.0-py3-none-any.whl", "Cannot upload a file with '/' or '\\' in the name."),
        ("sample-1.0\x07-py3-none-any.whl", "Cannot upload a file with non-printable characters (ordinals 0-31)"),
        ("sample-1.0\x7f-py3-none-any.whl", "or the DEL character (ordinal 127) in the name."),
        ("sample-1.0\u2028-py3-none-any.whl", "Invalid distribution file."),
    ],
)
def test_a_file_name_that_no_distribution_has_is_refused(index: LocalIndex, filename: str, words: str) -> None:
    assert_refused(upload(index, replace(sample_wheel(), filename=filename)), 400, words)


def test_a_file_that_is_sent_as_an_image_is_refused(index: LocalIndex) -> None:
    wheel = sample_wheel()
    data = {**wheel.fields, "content": (io.BytesIO(wheel.content), wheel.filename, "image/png")}
    response = Client(index.app).post("/legacy/", data=data, auth=("__token__", TOKEN))
    assert_refused(response, 400, "Invalid distribution file.")


def test_a_file_that_is_too_large_is_refused(index: LocalIndex) -> None:
    index.policy = Policy(file_limit=100)
    assert_refused(upload(index, sample_wheel()), 400, "File too large. Limit for project 'sample' is 0 MB.")


def test_a_request_that_no_upload_can_need_is_not_read(index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releasegate.rehearsal.index.upload.receive._FORM_BYTES", 100)
    index.policy = Policy(file_limit=100)
    assert upload(index, sample_wheel()).status_code == 413


def test_a_project_that_grows_too_large_is_refused(index: LocalIndex) -> None:
    wheel = sample_wheel()
    upload(index, wheel)
    index.policy = Policy(project_limit=len(wheel.content) + 10)
    assert_refused(upload(index, sample_sdist()), 400, "Project size too large.")


@pytest.mark.parametrize(
    ("name", "given"), [("sha256", "0" * 64), ("blake2_256", "0" * 64), ("md5", "0" * 32), ("md5", "of no form")]
)
def test_every_digest_that_is_given_must_be_the_files(index: LocalIndex, name: str, given: str) -> None:
    wrong = {f"{name}_digest": given}
    assert_refused(upload(index, sample_wheel(), wrong), 400, "The digest supplied does not match a digest calculated")


def test_right_digests_of_every_kind_are_taken(index: LocalIndex) -> None:
    wheel = sample_wheel()
    fields = {
        "sha256_digest": hashlib.sha256(wheel.content).hexdigest().upper(),
        "md5_digest": hashlib.md5(wheel.content, usedforsecurity=False).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(wheel.content, digest_size=32).hexdigest(),
    }
    assert upload(index, wheel, fields).status_code == 200


def test_attestations_need_a_trusted_publisher(index: LocalIndex) -> None:
    response = upload(index, sample_wheel(), {"attestations": "[]"})
    assert_refused(response, 400, "Attestations are only supported when using Trusted Publishing")


ATTESTATION = '{"version": 1, "verification_material": {}, "envelope": {}}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "Malformed attestations: an empty attestation set is not permitted"),
        ("{", "Malformed attestations"),
        ("{}", "Malformed attestations"),
        ("[1]", "Malformed attestations"),
        ('[{"version": 1}]', "Malformed attestations"),
        (f"[{ATTESTATION}]", "Malformed attestations: no statement"),
        (f"[{', '.join([ATTESTATION] * 3)}]", "A maximum of 2 attestations per file are supported"),
    ],
)
def test_bad_attestations_are_refused(index: LocalIndex, text: str, words: str) -> None:
    upload(index, sample_wheel())
    index.policy = Policy(identity="publisher")
    said = f"Invalid attestations supplied during upload: {words}"
    assert_refused(upload(index, sample_sdist(), {"attestations": text}), 400, said)


def test_attestations_of_a_trusted_publisher_are_taken(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    index.policy = Policy(identity="publisher")
    for number in (1, 2):
        wheel = sample_wheel(version=f"1.{number}")
        text = f"[{', '.join([attested(wheel)] * number)}]"
        assert upload(index, wheel, {"attestations": text}).status_code == 200


def attested(sample: Sample) -> str:
    """Return an attestation of a file that nobody signed."""
    digest = hashlib.sha256(sample.content).hexdigest()
    subject = {"name": sample.filename, "digest": {"sha256": digest}}
    statement = {"_type": STATEMENT, "predicateType": f"https://index.example{KINDS[0]}", "subject": [subject]}
    envelope = {"statement": base64.b64encode(json.dumps(statement).encode()).decode()}
    return json.dumps({"version": 1, "verification_material": {}, "envelope": envelope})


def test_a_refused_upload_consumes_nothing(index: LocalIndex) -> None:
    upload(index, sample_wheel(), {"sha256_digest": "0" * 64})
    assert "sample" not in index.state.projects
    assert upload(index, sample_wheel()).status_code == 200


def test_the_address_without_its_slash_is_redirected_with_a_reason(index: LocalIndex) -> None:
    response = Client(index.app).post("/legacy", data={"name": "sample"})
    assert response.status_code == 308
    assert response.headers["Location"] == "http://localhost/legacy/"
    said = "An upload was attempted to /legacy but the expected upload URL is /legacy/ (with a trailing slash)"
    assert response.status == f"308 {said}"
    assert said in response.text


def test_the_upload_address_cannot_be_read(index: LocalIndex) -> None:
    assert Client(index.app).get("/legacy/").status_code == 405


def test_uploads_are_recorded(index: LocalIndex) -> None:
    upload(index, sample_wheel())
    upload(index, sample_wheel(), password="bad")
    assert [(r.method, r.path, r.status, r.project, r.filename) for r in index.requests] == [
        ("POST", "/legacy/", 200, "sample", "sample-1.0-py3-none-any.whl"),
        ("POST", "/legacy/", 403, "sample", "sample-1.0-py3-none-any.whl"),
    ]
