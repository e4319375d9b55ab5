"""What is asked for a verification: the provenance that an index names, a signature, a build that may not work."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from fake_index import PAGE, SHA256, WHEEL, Reply, entry, index, page
from packaging.version import Version

from releasegate.adapters.attestations import SignatureCheck
from releasegate.app.project import Project
from releasegate.app.verify.evidence import _signature
from releasegate.app.verify.provenance import _command, provenance_claims
from releasegate.app.verify.rebuild import rebuild
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import ForgeConfig, Package, Settings
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.verification.attested import Attested
from releasegate.core.verification.claims import Claim

PROVENANCE = "https://index.test/integrity/sample/1.0/provenance"
PACKAGE = Package("sample", PurePosixPath(), (), ("3.12",))
VERSION = Version("1.0")


def provenance(sha256: str = SHA256, **publisher: str) -> bytes:
    """Return a provenance of one attestation, about the bytes of *sha256*."""
    said = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": WHEEL, "digest": {"sha256": sha256}}],
        "predicateType": "https://example.test/publish/v1",
    }
    envelope = {"statement": base64.b64encode(json.dumps(said).encode()).decode(), "signature": "c2lnbmVk"}
    attestation = {"version": 1, "verification_material": {"certificate": "Y2VydA=="}, "envelope": envelope}
    bundle = {"publisher": {"kind": "GitHub", **publisher}, "attestations": [attestation]}
    return json.dumps({"version": 1, "attestation_bundles": [bundle]}).encode()


UNCHECKED = SignatureCheck(unchecked="nobody looked")


def told(
    *, reply: Reply | None, package: Package = PACKAGE, named: Any = PROVENANCE, signed: SignatureCheck = UNCHECKED
) -> Claim:
    """Return what is said where the index names a provenance, answers *reply*, and its signatures are *signed*."""
    listed = json.dumps(page(entry(provenance=named))).encode()

    def checks(_: bytes, /, *, filename: str, sha256: str) -> SignatureCheck:
        assert (filename, sha256) == (WHEEL, SHA256)
        return signed

    reader, _ = index({PAGE: Reply(listed), **({PROVENANCE: reply} if reply is not None else {})})
    (claim,) = provenance_claims(package, reader, files=reader.files("sample"), held={WHEEL: SHA256}, checks=checks)
    return claim


def test_a_provenance_of_the_very_bytes_is_told_with_the_line_that_checks_its_signatures() -> None:
    claim = told(reply=Reply(provenance(repository="octo/app", workflow="release.yml")))
    assert claim.standing == "not believed"
    assert claim.said.startswith("these very bytes, published by GitHub octo/app release.yml; its signatures were not")
    assert claim.said.endswith("checked here: nobody looked")
    (line,) = claim.details
    assert line.endswith(f"--repository https://github.com/octo/app pypi:{WHEEL}")


def test_signatures_that_hold_prove_and_those_that_do_not_contradict() -> None:
    reply = Reply(provenance(repository="octo/app", workflow="release.yml"))
    claim = told(reply=reply, signed=SignatureCheck(("publish/v1",)))
    assert claim.standing == "proven"
    assert claim.said.endswith("octo/app release.yml; its signatures hold (publish/v1)")
    assert (claim.by, claim.details) == ("staging, checked here by pypi-attestations", ())
    claim = told(reply=reply, signed=SignatureCheck(problem="another signer"))
    assert (claim.standing, claim.said) == ("contradicted", "its signatures do not hold: another signer")


@pytest.mark.parametrize("repository", ["", "octo/app; rm -rf /", "$(x)/y"])
def test_a_line_to_paste_has_nothing_in_it_that_a_shell_would_obey(repository: str) -> None:
    claim = told(reply=Reply(provenance(**({"repository": repository} if repository else {}))))
    assert (claim.standing, claim.details) == ("not believed", ())


@pytest.mark.parametrize("filename", ["a b-1.0.tar.gz", "a;reboot-1.0.tar.gz", "$(x)-1.0.whl", "-x-1.0.whl"])
def test_nor_has_the_name_of_the_file(filename: str) -> None:
    assert _command(Attested(repositories=("octo/app",)), filename) == ()


def test_a_provenance_of_other_bytes_is_contradicted() -> None:
    claim = told(reply=Reply(provenance("f" * 64)))
    assert (claim.standing, claim.said) == ("contradicted", f"it is about other bytes: {'f' * 64}")


@pytest.mark.parametrize(
    ("forge", "standing"),
    [
        (ForgeConfig("github", "Octo/App"), "not believed"),
        (ForgeConfig("github", "octo/else"), "contradicted"),
        (ForgeConfig("gitea", "octo/else", address="https://git.test"), "not believed"),
    ],
)
def test_a_provenance_of_another_repository_than_the_packages_is_contradicted(
    forge: ForgeConfig, standing: str
) -> None:
    claim = told(reply=Reply(provenance(repository="octo/app")), package=replace(PACKAGE, forge=forge))
    assert claim.standing == standing


def test_a_provenance_that_is_named_and_not_served_is_unavailable() -> None:
    with pytest.raises(Unavailable, match=f"names a provenance of {WHEEL} but does not serve it"):
        told(reply=None)


@pytest.mark.parametrize("named", [None, "", 7, "ftp://x", "javascript:x", ["x"]])
def test_what_is_no_address_names_no_provenance(named: Any) -> None:
    claim = told(reply=None, named=named)
    assert claim == Claim("provenance", "not recorded", f"staging has none of {WHEEL}")


@pytest.mark.parametrize(
    ("letter", "standing"),
    [
        ("G", "proven"),
        *((letter, "contradicted") for letter in "BR"),
        *((letter, "not recorded") for letter in "UXYE"),
    ],
)
def test_a_signature_counts_where_git_verifies_it_and_is_held_against_where_it_is_bad(
    letter: str, standing: str
) -> None:
    (claim,) = _signature((letter, "ada"))
    assert claim.standing == standing
    assert _signature(("N", "")) == ()


class Tried(Workspace):
    """A workspace whose builds fail with certain tools."""

    tools: list[dict[str, Version]]

    def builds(self, *, of: str = "dist") -> Any:  # noqa: ARG002 - as it is asked
        """Return what builds, which is itself."""
        return self

    def rebuild(self, package: Package, *, tools: Mapping[str, Version], **_: object) -> Mapping[str, bytes]:
        """Build with today's tools, and with no others."""
        self.tools.append(dict(tools))
        if tools or package.name == "broken":
            raise GateFailed("The build failed.", hint="Put it right", details=["why"])
        return {WHEEL: b""}


@pytest.fixture
def tried(tmp_path: Path) -> Tried:
    workspace = Tried(Project(tmp_path, Settings((PACKAGE,), {}), {}), lambda _: None)
    object.__setattr__(workspace, "tools", [])
    return workspace


def test_where_the_backend_of_that_time_does_not_build_todays_does(tried: Tried) -> None:
    tools = {"hatchling": Version("0.1")}
    assert rebuild(tried, PACKAGE, VERSION, commit="c" * 40, tools=tools) == {WHEEL: b""}
    assert tried.tools == [tools, {}]


def test_what_cannot_be_built_is_unavailable_and_no_verdict_on_the_files(tried: Tried) -> None:
    with pytest.raises(Unavailable, match="cannot be rebuilt here, so nothing is known of its files") as failure:
        rebuild(tried, replace(PACKAGE, name="broken"), VERSION, commit="c" * 40, tools={})
    assert failure.value.details == ("why",)
    assert tried.tools == [{}]
