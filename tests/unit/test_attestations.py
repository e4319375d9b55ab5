"""What the library of the extra says of a provenance's signatures becomes proven, wrong, or not known."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pypi_attestations
import pytest
from pypi_attestations import Attestation, GitHubPublisher, VerificationError
from sigstore.errors import NetworkError, TUFError

from releasegate.adapters import attestations
from releasegate.adapters.attestations import SignatureCheck, signatures

WHEEL, SHA256 = "sample-1.0-py3-none-any.whl", "a" * 64
KIND = "publish/v1"


def provenance(**change: Any) -> bytes:
    """Return a provenance in the library's form, of two attestations that nobody signed."""
    encoded = base64.b64encode(b"{}").decode()
    one = {
        "version": 1,
        "verification_material": {"certificate": encoded, "transparency_entries": [{"logIndex": "1"}]},
        "envelope": {"statement": encoded, "signature": encoded},
    }
    publisher = {"kind": "GitHub", "repository": "octo/app", "workflow": "release.yml"}
    bundle = {"publisher": publisher, "attestations": [one, one], **change}
    return json.dumps({"version": 1, "attestation_bundles": [bundle]}).encode()


def verified(monkeypatch: pytest.MonkeyPatch, answer: Callable[[bool], tuple[str, None]]) -> list[tuple[Any, ...]]:
    """Let the library answer, by whether it may use the network; return what it is asked."""
    asked: list[tuple[Any, ...]] = []

    def verify(_: Attestation, publisher: Any, file: Any, *, offline: bool) -> tuple[str, None]:
        asked.append((type(publisher), publisher.repository, file.name, file.digest, offline))
        return answer(offline)

    monkeypatch.setattr(pypi_attestations.Attestation, "verify", verify)
    return asked


def raising(offline: Exception | None, online: Exception | None = None) -> Callable[[bool], tuple[str, None]]:
    def answer(is_offline: bool) -> tuple[str, None]:  # noqa: FBT001 - as it is called
        error = offline if is_offline else online
        if error is not None:
            raise error
        return KIND, None

    return answer


def test_every_attestation_is_checked_against_its_publisher_and_the_file_without_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = verified(monkeypatch, raising(None))
    assert signatures(provenance(), filename=WHEEL, sha256=SHA256) == SignatureCheck((KIND,))
    assert asked == [(GitHubPublisher, "octo/app", WHEEL, SHA256, True)] * 2


def test_what_the_keys_of_the_library_do_not_vouch_for_is_looked_at_with_those_of_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = VerificationError("subject does not match")
    verified(monkeypatch, raising(wrong))
    assert signatures(provenance(), filename=WHEEL, sha256=SHA256) == SignatureCheck((KIND,))
    verified(monkeypatch, raising(wrong, wrong))
    assert signatures(provenance(), filename=WHEEL, sha256=SHA256) == SignatureCheck(problem=str(wrong))


@pytest.mark.parametrize("error", [TUFError("none"), NetworkError(), OSError("none")])
def test_where_the_keys_of_now_cannot_be_had_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    verified(monkeypatch, raising(VerificationError("unknown key"), error))
    found = signatures(provenance(), filename=WHEEL, sha256=SHA256)
    assert found.unchecked.endswith(f"unknown key, and the keys of now cannot be had ({type(error).__name__})")
    assert (found.kinds, found.problem) == ((), "")


def test_a_file_whose_name_is_none_is_signed_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    verified(monkeypatch, raising(None))
    assert signatures(provenance(), filename="sample.exe", sha256=SHA256).problem


@pytest.mark.parametrize(
    "body", [b"", b"{}", provenance(publisher={"kind": "Nobody"}), provenance(attestations=[{"version": 2}])]
)
def test_a_form_or_a_publisher_that_the_library_does_not_know_is_not_checked(body: bytes) -> None:
    found = signatures(body, filename=WHEEL, sha256=SHA256)
    assert found.unchecked.startswith("their form or their publisher is not known")


def test_without_the_extra_nothing_is_checked_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attestations, "find_spec", lambda _: None)
    found = signatures(provenance(), filename=WHEEL, sha256=SHA256)
    assert found == SignatureCheck(unchecked="the extra attestations is not installed")
