"""The page that sets PyPI's answers beside the embedded index's: its column for the latter is what really comes."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from index_client import JSON, TOKEN, upload
from werkzeug.test import Client, TestResponse

from releasegate.rehearsal.index import LocalIndex, Policy, Sample, sample_sdist, sample_wheel

PAGE = Path(__file__).parents[2] / "docs/index-answers.md"
INFO = "sample-1.0.dist-info"
WHEEL = sample_wheel()
LONG_LABEL = f"{'x' * 33}, https://example.invalid"
DIRECT = "other @ https://example.invalid/other.whl"
MD5 = hashlib.md5(b"none", usedforsecurity=False).hexdigest()
PROOF = '[{"version": 1, "verification_material": {}, "envelope": {}}]'


@dataclass
class Asked:
    """An embedded index, and what asks it."""

    index: LocalIndex
    days: list[int]

    def send(self, sample: Sample = WHEEL, *, password: str = TOKEN, **fields: str) -> str:
        """Upload *sample* and return the answer's status line."""
        return upload(self.index, sample, fields, password=password).status

    def under(self, policy: Policy, sample: Sample = WHEEL, **fields: str) -> str:
        """Upload *sample* where the owners have set *policy*."""
        self.index.policy = policy
        return self.send(sample, **fields)

    def after(self, sample: Sample, then: Callable[[], object] = lambda: None, *, second: Sample = WHEEL) -> str:
        """Upload *sample*, let *then* happen, and return the answer to the *second*."""
        assert self.send(sample) == "200 OK"
        then()
        return self.send(second)

    def reserved(self, name: str) -> str:
        """Give the name to somebody else, and upload."""
        self.index.reserve(name)
        return self.send()

    def metadata(self) -> str:
        """Return the status line of a wheel's core metadata."""
        (file,) = (self.page().json or {})["files"]
        with self.page(f"{urlsplit(file['url']).path}.metadata") as response:
            return response.status

    def wait(self, days: int) -> None:
        """Let time pass."""
        self.days[0] += days

    @property
    def client(self) -> Client:
        """What sends requests."""
        return Client(self.index.app)

    def page(self, path: str = "/simple/sample/", **headers: str) -> TestResponse:
        """Read a page, JSON where there is a choice."""
        return self.client.get(path, headers={**JSON, **headers})


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def doubled(content: bytes) -> bytes:
    """Return a wheel with its first member a second time."""
    stream = io.BytesIO(content)
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(zipfile.ZipInfo(archive.namelist()[0]), "twice")
    return stream.getvalue()


UPLOADS: Mapping[str, Callable[[Asked], str]] = {
    "uploads are switched off": lambda a: a.under(Policy(uploads="read-only")),
    "a token that is not known": lambda a: a.send(password="another"),
    "protocol version 2": lambda a: a.send(protocol_version="2"),
    "no name": lambda a: a.send(name=""),
    "a name that none can be": lambda a: a.send(name="-sample"),
    "an unknown file type": lambda a: a.send(filetype="bdist_egg"),
    "a digest of another form": lambda a: a.send(sha256_digest="abc"),
    "no digest": lambda a: a.send(sha256_digest=""),
    "metadata of a version to come": lambda a: a.send(metadata_version="2.6"),
    "a local version": lambda a: a.send(sample_wheel(version="1.0+local")),
    "a summary of 513 characters": lambda a: a.send(summary="x" * 513),
    "mail to a domain without a period": lambda a: a.send(author_email="jane@localhost"),
    "mail to a domain that is reserved": lambda a: a.send(author_email="jane@example.invalid"),
    "an unknown classifier": lambda a: a.send(classifiers="Not :: Known"),
    "`Private :: Do Not Upload`": lambda a: a.send(classifiers="Private :: Do Not Upload"),
    "a deprecated classifier": lambda a: a.send(classifiers="Natural Language :: Ukranian"),
    "an address that is none": lambda a: a.send(home_page="example.invalid"),
    "an address with a port that is none": lambda a: a.send(home_page="https://example.invalid:99999/"),
    "an address with a long label": lambda a: a.send(project_urls=LONG_LABEL),
    "a direct dependency": lambda a: a.send(requires_dist=DIRECT),
    "a direct dependency of an extra": lambda a: a.send(requires_dist=f"{DIRECT} ; extra == 'all'"),
    "both kinds of licence": lambda a: a.send(license="Free", license_expression="MIT"),
    "no file": lambda a: a.client.post("/legacy/", data=dict(WHEEL.fields), auth=("__token__", TOKEN)).status,
    "a publisher's token for a new project": lambda a: a.under(Policy(identity="publisher")),
    "too many new projects": lambda a: a.under(Policy(new_projects=0)),
    "a name of the standard library": lambda a: a.send(sample_wheel("json")),
    "a name of an older standard library": lambda a: a.send(sample_wheel("urllib2")),
    "a prohibited name": lambda a: a.send(sample_wheel("requirements.txt")),
    "a name too similar to another's": lambda a: a.after(WHEEL, second=sample_wheel("samp1e")),
    "a project of somebody else": lambda a: a.reserved("sample"),
    "a description that does not render": lambda a: a.send(description="*unbalanced"),
    "another extension": lambda a: a.send(replace(WHEEL, filename="sample-1.0.exe")),
    "a file that is too large": lambda a: a.under(Policy(file_limit=100)),
    "a digest of another file": lambda a: a.send(sha256_digest="0" * 64),
    "the identical file again": lambda a: a.after(WHEEL),
    "its name with other content": lambda a: a.after(WHEEL, second=sample_wheel(files={"more.py": ""})),
    "the name of a deleted file": lambda a: a.after(WHEEL, lambda: a.index.delete_file(WHEEL.filename)),
    "a release of more than 14 days": lambda a: a.after(WHEEL, lambda: a.wait(15), second=sample_sdist()),
    "a second sdist": lambda a: a.after(sample_sdist(), second=sample_sdist(version="1.0.0")),
    "an archive that is none": lambda a: a.send(replace(WHEEL, content=b"none"), sha256_digest="", md5_digest=MD5),
    "a wheel with bytes after its end": lambda a: a.send(
        replace(WHEEL, content=WHEEL.content + b"more"), sha256_digest=digest(WHEEL.content + b"more")
    ),
    "a wheel with bytes before its start": lambda a: a.send(
        replace(WHEEL, content=b"#!" + WHEEL.content), sha256_digest=digest(b"#!" + WHEEL.content)
    ),
    "a wheel with a member twice": lambda a: a.send(
        replace(WHEEL, content=doubled(WHEEL.content)), sha256_digest=digest(doubled(WHEEL.content))
    ),
    "an sdist's name that is not normalized": lambda a: a.send(replace(sample_sdist(), filename="Sample-1.0.tar.gz")),
    "a wheel for plain Linux": lambda a: a.send(replace(WHEEL, filename="sample-1.0-py3-none-linux_x86_64.whl")),
    "a licence file that is missing": lambda a: a.send(license_file="LICENSE"),
    "a wheel without RECORD": lambda a: a.send(sample_wheel(without={"RECORD"})),
    "a command that no file can be called": lambda a: a.send(
        sample_wheel(files={f"{INFO}/entry_points.txt": "[console_scripts]\na/b = sample:main\n"})
    ),
    "METADATA that is not the form's": lambda a: a.send(
        sample_wheel(files={f"{INFO}/METADATA": "Metadata-Version: 2.4\nName: other\nVersion: 1.0\n"})
    ),
    "attestations with a user's token": lambda a: a.send(attestations=PROOF),
    "attestations that prove nothing": lambda a: (
        a.send(),
        a.under(Policy(identity="publisher"), sample_sdist(), attestations=PROOF),
    )[1],
    "the address without its slash": lambda a: a.client.post("/legacy").status,
}

READS: Mapping[str, Callable[[Asked], object]] = {
    "the version of simple JSON": lambda a: (a.page().json or {})["meta"]["api-version"],
    "the project's status there": lambda a: (a.page().json or {})["project-status"]["status"],
    "what a simple page varies by": lambda a: a.page().headers["Vary"],
    "how long a simple page may be kept": lambda a: a.page().headers["Cache-Control"],
    "how a page is packed for who takes gzip": lambda a: (
        a.page(**{"Accept-Encoding": "gzip"}).content_encoding or "as it is"
    ),
    "another spelling of a project's name": lambda a: a.page("/simple/Sample/").status,
    "an unknown project": lambda a: a.page("/simple/other/").status,
    "a wheel's core metadata at once": lambda a: a.metadata(),
}


def rows(heading: str) -> dict[str, tuple[str, str, str]]:
    """Return the table below a heading of the page: PyPI's answer, the embedded index's, same or not; by case."""
    part = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in part.splitlines() if line[:1] == "|"]
    return {case: (theirs, ours, same) for case, theirs, ours, same in lines[2:]}


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    start, days = datetime(2026, 11, 1, tzinfo=UTC), [0]
    clock = lambda: start + timedelta(days=days[0])  # noqa: E731 - one line of a fixture
    with LocalIndex(name="testpypi", root=tmp_path, token=TOKEN, clock=clock) as index:
        yield Asked(index, days)


def fits(said: str, written: str) -> bool:
    """Whether an answer is what the page writes, where ``...`` stands for anything."""
    pattern = ".*".join(re.escape(part.strip()) for part in written.split("..."))
    return re.match(pattern, said) is not None


@pytest.mark.parametrize("case", UPLOADS)
def test_an_upload_is_answered_as_the_page_says(asked: Asked, case: str) -> None:
    said, written = UPLOADS[case](asked), rows("Uploads")[case][1]
    assert fits(said, written), said


@pytest.mark.parametrize("case", READS)
def test_a_read_is_answered_as_the_page_says(asked: Asked, case: str) -> None:
    assert asked.send() == "200 OK"
    said, written = str(READS[case](asked)), rows("Reading")[case][1]
    assert fits(said, written), said


@pytest.mark.parametrize(("heading", "cases"), [("Uploads", UPLOADS), ("Reading", READS)])
def test_every_case_of_the_page_is_tried_and_says_whether_both_are_the_same(
    heading: str, cases: Mapping[str, object]
) -> None:
    table = rows(heading)
    assert list(table) == list(cases)
    assert {case: same for case, (_, _, same) in table.items()} == {
        case: "yes" if theirs == ours else "no" for case, (theirs, ours, _) in table.items()
    }
