"""Trusted publishing with the real twine and an index that mints: the right job alone gets a token, for one project.

twine exchanges identities with the public indexes alone: a proxy leads it to the embedded one, under their names. What
signs an attestation is played: signing itself needs GitHub's word and is untried here.
"""

from __future__ import annotations

import base64
import json
import ssl
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pypi_attestations import AttestationType
from redirecting_proxy import redirecting
from twine.utils import DEFAULT_REPOSITORY

from releasegate.adapters.index.twine import ATTESTATION, Uploader
from releasegate.core.config.keys import IndexConfig
from releasegate.ports import UploadAnswer
from releasegate.rehearsal.identity import IdentityProvider
from releasegate.rehearsal.index import EmbeddedIndex, sample_wheel
from releasegate.rehearsal.index.listener import Listener
from releasegate.rehearsal.index.trusted import TrustedPublisher

HOST = urlsplit(DEFAULT_REPOSITORY).hostname or ""
RIGHT = "the-jobs-right"
PUBLISHER = TrustedPublisher("harbor", "octo/harbor", "release.yml", "pypi")
SIGNS = f"""\
import base64, hashlib, json, pathlib, sys
path = pathlib.Path(sys.argv[1])
statement = {{
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{{"name": path.name, "digest": {{"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}}}}],
    "predicateType": {AttestationType.PYPI_PUBLISH_V1.value!r},
    "predicate": None,
}}
envelope = {{"statement": base64.b64encode(json.dumps(statement).encode()).decode(), "signature": "AAAA"}}
material = {{"certificate": "AAAA", "transparency_entries": [{{}}]}}
made = {{"version": 1, "verification_material": material, "envelope": envelope}}
pathlib.Path(str(path) + "{ATTESTATION}").write_text(json.dumps(made))
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    sample = sample_wheel("harbor", "1.0")
    (tmp_path / sample.filename).write_bytes(sample.content)
    return tmp_path / sample.filename


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate of the host that twine uploads to, and its key."""
    key, folder = ec.generate_private_key(ec.SECP256R1()), tmp_path_factory.mktemp("certificate")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the index")])
    now = datetime.now(UTC)
    names = [x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, plain, serialization.NoEncryption()))
    return cert, private


@contextmanager
def served(
    folder: Path, certificate: tuple[Path, Path], job: IdentityProvider | None = None, *, signs: str = SIGNS
) -> Iterator[tuple[EmbeddedIndex, Uploader]]:
    """Serve an index that knows the publisher, and yield an uploader as a job of *job*'s identity has it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    (folder / "sign.py").write_text(signs)
    with EmbeddedIndex(name="pypi", root=folder / "index", token="pypi-t", context=context) as index:
        index.trusted.publishers = (PUBLISHER,)
        listener = Listener(replace(job or THE_JOB, key=index.trusted.key), port=0)
        with ExitStack() as stack:
            stack.callback(listener.stop)
            proxy = stack.enter_context(redirecting(int(index.address.rpartition(":")[2])))
            environ = {
                "PATH": "/usr/bin",
                "GITHUB_ACTIONS": "true",
                "ACTIONS_ID_TOKEN_REQUEST_URL": f"{listener.address}/identity",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": RIGHT,
                "REQUESTS_CA_BUNDLE": str(certificate[0]),
                "HTTPS_PROXY": proxy,
            }
            signer = (sys.executable, str(folder / "sign.py"))
            config = IndexConfig("pypi", token_env="PYPI_TOKEN")
            yield index, Uploader(config, DEFAULT_REPOSITORY, environ, folder / "work", signer=signer)


THE_JOB = IdentityProvider(b"", RIGHT, "octo/harbor", "release.yml", "pypi")


def first(uploader: Uploader, folder: Path) -> UploadAnswer:
    """Upload an earlier version with a person's token, which makes the project."""
    sample = sample_wheel("harbor", "0.9")
    (folder / sample.filename).write_bytes(sample.content)
    return replace(uploader, environ={**uploader.environ, "PYPI_TOKEN": "pypi-t"}).upload(folder / sample.filename)


def test_the_job_that_is_registered_gets_a_token_and_its_attestation_is_kept(
    tmp_path: Path, wheel: Path, certificate: tuple[Path, Path]
) -> None:
    with served(tmp_path, certificate) as (index, uploader):
        assert first(uploader, tmp_path).exit_code == 0
        said = uploader.upload(wheel)
        assert said.exit_code == 0, said.words
        assert index.stored[wheel.name] == 1
        client = ssl.create_default_context(cafile=str(certificate[0]))
        where = f"{index.address}/integrity/harbor/1.0/{wheel.name}/provenance"
        with urllib.request.urlopen(where, context=client) as answer:
            (bundle,) = json.load(answer)["attestation_bundles"]
    assert bundle["publisher"] == {
        "kind": "GitHub",
        "repository": "octo/harbor",
        "workflow": "release.yml",
        "environment": "pypi",
    }
    (one,) = bundle["attestations"]
    assert json.loads(base64.b64decode(one["envelope"]["statement"]))["subject"][0]["name"] == wheel.name


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"audience": "testpypi"}, "audience claim mismatch"),
        ({"environment": "testpypi"}, "invalid-publisher"),
        ({"workflow": "other.yml"}, "invalid-publisher"),
        ({"repository": "mona/harbor"}, "invalid-publisher"),
        ({"right": "another"}, "403"),
    ],
    ids=["audience", "environment", "workflow", "repository", "no right to an identity"],
)
def test_any_other_identity_is_refused_and_nothing_was_sent(
    tmp_path: Path, wheel: Path, certificate: tuple[Path, Path], changes: dict[str, str], code: str
) -> None:
    with served(tmp_path, certificate, replace(THE_JOB, **changes)) as (index, uploader):  # type: ignore[arg-type]
        assert first(uploader, tmp_path).exit_code == 0
        said = uploader.upload(wheel)
        assert wheel.name not in index.stored
        # It is no verdict on the file, and no outcome that only the index can tell.
        assert (said.exit_code != 0, said.status) == (True, 403)
        assert any(code in line for line in said.words), said.words
        assert RIGHT not in " ".join(said.words)


def test_a_token_is_for_the_publishers_own_project(tmp_path: Path, wheel: Path, certificate: tuple[Path, Path]) -> None:
    with served(tmp_path, certificate) as (index, uploader):
        index.trusted.publishers = (replace(PUBLISHER, project="another"),)
        assert first(uploader, tmp_path).exit_code == 0
        assert uploader.upload(wheel).status == 403
        assert wheel.name not in index.stored


def test_no_identity_makes_a_project(tmp_path: Path, wheel: Path, certificate: tuple[Path, Path]) -> None:
    with served(tmp_path, certificate) as (_, uploader):
        said = uploader.upload(wheel)
    assert said.status == 400
    assert "Non-user identities cannot create new projects" in said.reason


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('path.name, "digest"', '"other.whl", "digest"', "subject does not match distribution name"),
        ("path.read_bytes()", 'b""', "subject does not match distribution digest"),
        ("publish/v1", "publish/v9", "unknown kind of statement"),
        ("Statement/v1", "Statement/v9", "no statement"),
    ],
)
def test_an_attestation_of_anything_else_is_refused(  # noqa: PLR0913 - fixtures and cases
    tmp_path: Path, wheel: Path, certificate: tuple[Path, Path], *, old: str, new: str, words: str
) -> None:
    assert old in SIGNS
    with served(tmp_path, certificate, signs=SIGNS.replace(old, new)) as (index, uploader):
        assert first(uploader, tmp_path).exit_code == 0
        said = uploader.upload(wheel)
        assert (said.status, wheel.name in index.stored) == (400, False)
    assert words in said.reason
