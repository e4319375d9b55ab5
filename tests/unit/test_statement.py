"""A seal as in-toto and SLSA have it: what it is about, what it rests on, and the same bytes every time."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version

from releasegate.core.evidence.note import write
from releasegate.core.release.entry import SEAL, Entry, EntryEvent
from releasegate.core.release.record import Record, record
from releasegate.core.release.statement import purl, statement

NAME, RC = "my-plugin", Version("1.0rc1")
FILES = {"my_plugin-1.0rc1.tar.gz": "b" * 64, "my_plugin-1.0rc1-py3-none-any.whl": "a" * 64}


def entry(step: str, event: EntryEvent = "done", *, second: int = 0, **said: Any) -> Entry:
    """Return an entry of a run that proves."""
    at = f"2026-01-01T00:00:{second:02}.250000+00:00"
    return Entry(at, "r1", step, event, "c" * 40, step, releasegate="0.1.0", **said)


GATES = (entry("build", second=1), entry("audit", second=2), entry("e2e:staging", second=3))


def made(*entries: Entry, version: Version = RC, repository: str | None = None, receipt: str | None = None) -> bytes:
    return statement(NAME, version, FILES, record(entries), repository=repository, receipt=receipt)


def read(*entries: Entry, **more: Any) -> Any:
    return json.loads(made(*entries, **more))


def test_a_statement_has_the_types_of_the_specifications_and_the_files_as_subjects() -> None:
    body = read(*GATES)
    assert set(body) == {"_type", "subject", "predicateType", "predicate"}
    assert body["_type"] == "https://in-toto.io/Statement/v1"
    assert body["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert body["subject"] == [{"name": name, "digest": {"sha256": FILES[name]}} for name in sorted(FILES)]


def test_the_predicate_has_every_field_that_is_required_and_levels_of_nobody_elses() -> None:
    said = read(*GATES)["predicate"]
    assert said["verifier"] == {"id": "pkg:pypi/releasegate", "version": {"releasegate": "0.1.0"}}
    assert said["timeVerified"] == "2026-01-01T00:00:03.250000Z"
    assert said["resourceUri"] == "pkg:pypi/my-plugin@1.0rc1"
    assert said["verificationResult"] == "PASSED"
    assert said["slsaVersion"] == "1.2"
    assert said["verifiedLevels"] == ["SLSA_BUILD_LEVEL_UNEVALUATED", "RELEASEGATE_PROVEN"]
    assert read(*GATES, version=Version("1.0"))["predicate"]["verifiedLevels"][1] == "RELEASEGATE_RELEASED"


def test_the_policy_is_the_gates_that_had_to_hold() -> None:
    policy = read(*GATES)["predicate"]["policy"]
    content = base64.b64decode(policy["content"])
    assert policy["uri"] == "pkg:pypi/releasegate@0.1.0#releasegate/pipelines.py"
    assert json.loads(content) == ["build", "audit", "e2e:staging"]
    assert policy["digest"] == {"sha256": hashlib.sha256(content).hexdigest()}


def test_every_gate_is_an_input_whose_digest_is_that_of_its_line_in_the_receipt() -> None:
    inputs = read(*GATES, receipt="https://forge.test/receipt.jsonl")["predicate"]["inputAttestations"]
    lines = write(NAME, {RC: GATES}).splitlines()
    assert [each["name"] for each in inputs] == ["build", "audit", "e2e:staging"]
    assert [each["digest"]["sha256"] for each in inputs] == [hashlib.sha256(line).hexdigest() for line in lines]
    begin = "https://forge.test/receipt.jsonl#"
    assert [each["uri"] for each in inputs] == [f"{begin}build", f"{begin}audit", f"{begin}e2e:staging"]
    assert all("uri" not in each for each in read(*GATES)["predicate"]["inputAttestations"])


def test_a_waived_gate_is_seen_with_who_took_it_on_and_what_it_had_found() -> None:
    failed = entry("e2e:staging", "failed", verdict="fail", evidence={"problem": "it does not sync"})
    waiver = entry("e2e:staging", "waived", verdict="waived", evidence={"by": "Ada", "reason": "the mock lacks it"})
    part = replace(waiver, step="audit:tree")
    said = read(entry("build"), failed, waiver, part)["predicate"]
    by_name = {each["name"]: each["annotations"] for each in said["inputAttestations"]}
    assert (
        by_name["e2e:staging"] | {"verdict": "waived", "by": "Ada", "reason": "the mock lacks it"}
        == by_name["e2e:staging"]
    )
    assert by_name["e2e:staging"]["problem"] == "it does not sync"
    assert by_name["audit:tree"]["by"] == "Ada"
    assert said["verifiedLevels"][1] == "RELEASEGATE_PROVEN_WITH_WAIVERS"


def test_what_passed_after_it_was_waived_is_no_waiver_and_what_only_began_is_no_input() -> None:
    waiver = entry("audit", "waived", evidence={"by": "Ada", "reason": "later"})
    said = read(waiver, entry("audit"), entry("tag", "started"), entry(SEAL))["predicate"]
    assert [(each["name"], each["annotations"]["verdict"]) for each in said["inputAttestations"]] == [("audit", "pass")]
    assert said["verifiedLevels"][1] == "RELEASEGATE_PROVEN"


def test_the_same_record_gives_the_same_bytes_with_its_seal_and_without() -> None:
    sealed = entry(SEAL, second=9)
    assert made(*GATES) == made(*GATES, sealed) == made(*GATES, sealed)
    assert made(*GATES).endswith(b"}\n")


def test_without_a_record_nothing_is_said_of_when_or_with_what() -> None:
    said = statement(NAME, RC, FILES, Record(()), repository=None, receipt=None)
    predicate = json.loads(said)["predicate"]
    assert "timeVerified" not in predicate
    assert predicate["verifier"] == {"id": "pkg:pypi/releasegate"}
    assert predicate["policy"]["uri"] == "pkg:pypi/releasegate#releasegate/pipelines.py"


@pytest.mark.parametrize(
    ("version", "repository", "url"),
    [
        ("1.0", None, "pkg:pypi/my-plugin@1.0"),
        ("1!1.0", None, "pkg:pypi/my-plugin@1%211.0"),
        ("1.0", "https://x.test/+simple", "pkg:pypi/my-plugin@1.0?repository_url=https:%2F%2Fx.test%2F%2Bsimple"),
    ],
)
def test_a_package_url_is_written_as_its_standard_says(version: str, repository: str | None, url: str) -> None:
    assert purl(NAME, version, repository=repository) == url
