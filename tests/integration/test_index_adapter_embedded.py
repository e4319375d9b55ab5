"""The index adapter with the real twine and pip against the embedded index, whose answers fail on demand."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version
from stored import store

from releasegate.adapters import process
from releasegate.adapters.index import deadline, resolve, twine
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.adapters.tokens.prompt import TokenPrompt
from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.rehearsal.index import (
    BrokenFile,
    BrokenPage,
    Cut,
    EmbeddedIndex,
    Fault,
    HideForReads,
    LoseAnswer,
    OtherMetadata,
    Refuse,
    Sample,
    Trickle,
    sample_sdist,
    sample_wheel,
)

TOKEN = "pypi-s3cr/et+token"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedIndex]:
    with EmbeddedIndex(name="testpypi", root=tmp_path_factory.mktemp("index"), token=TOKEN) as server:
        yield server


@pytest.fixture
def embedded(server: EmbeddedIndex) -> Iterator[EmbeddedIndex]:
    server.faults.clear()
    yield server
    if server.state.project("sample"):
        server.delete_project("sample")


@pytest.fixture
def index(embedded: EmbeddedIndex, tmp_path: Path) -> SimpleIndex:
    return client(embedded, tmp_path)


def client(embedded: EmbeddedIndex, folder: Path, *, token: str = TOKEN, **environ: str) -> SimpleIndex:
    config = IndexConfig("testpypi", embedded.upload_url, embedded.simple_url, token_env="TESTPYPI_TOKEN")
    return SimpleIndex(config, environ={**os.environ, **environ, "TESTPYPI_TOKEN": token}, workdir=folder / "work")


def placed(sample: Sample, folder: Path) -> Path:
    path = folder / sample.filename
    path.write_bytes(sample.content)
    return path


def sha256(sample: Sample) -> str:
    return hashlib.sha256(sample.content).hexdigest()


_NUMBERS = iter(range(1000))


def fresh() -> Sample:
    """Return a wheel whose name the embedded index has never seen."""
    return sample_wheel(version=f"2.{next(_NUMBERS)}")


def test_a_release_is_uploaded_listed_fetched_and_resolved(index: SimpleIndex, tmp_path: Path) -> None:
    assert (index.files("sample"), index.versions("sample"), index.resolve("sample", Version("3.0"), within=60)) == (
        (),
        (),
        {},
    )
    wheel, sdist = sample_wheel(version="3.0"), sample_sdist(version="3.0")
    for sample in (wheel, sdist):
        assert index.upload(placed(sample, tmp_path)).exit_code == 0
    files = {file.filename: file for file in index.files("sample")}
    assert {name: file.sha256 for name, file in files.items()} == {s.filename: sha256(s) for s in (wheel, sdist)}
    assert index.fetch(files[sdist.filename]) == sdist.content
    assert index.resolve("sample", Version("3.0"), within=60) == {wheel.filename: sha256(wheel)}
    assert not list((tmp_path / "work").iterdir())


def test_both_files_are_sent_at_once_and_the_answer_names_the_one_that_it_ended_at(
    embedded: EmbeddedIndex, index: SimpleIndex, tmp_path: Path
) -> None:
    wheel, sdist = sample_wheel(version="3.1"), sample_sdist(version="3.1")
    paths = [placed(sample, tmp_path) for sample in (sdist, wheel)]
    embedded.faults.add(Refuse(400, target=sdist.filename))
    answer = index.upload(*paths)
    assert (answer.exit_code, answer.status, answer.about) == (1, 400, sdist.filename)
    assert [file.filename for file in index.files("sample")] == [wheel.filename]
    assert index.upload(*paths).exit_code == 0
    assert {file.filename for file in index.files("sample")} == {wheel.filename, sdist.filename}


def test_a_version_without_files_is_known_and_a_yanked_file_is_listed(
    embedded: EmbeddedIndex, index: SimpleIndex
) -> None:
    first, second = fresh(), fresh()
    for sample in (first, second):
        store(embedded.upload_url, TOKEN, sample)
    embedded.delete_file(first.filename)
    embedded.yank("sample", second.fields["version"], "broken")
    assert [(file.filename, file.yanked) for file in index.files("sample")] == [(second.filename, True)]
    assert set(map(str, index.versions("sample"))) == {first.fields["version"], second.fields["version"]}


def test_identical_bytes_again_are_no_error_and_other_bytes_are_refused(index: SimpleIndex, tmp_path: Path) -> None:
    wheel = fresh()
    other = sample_wheel(version=wheel.fields["version"], files={"more.py": ""})
    assert [index.upload(placed(wheel, tmp_path)).exit_code for _ in range(2)] == [0, 0]
    answer = index.upload(placed(other, tmp_path))
    assert (answer.exit_code, answer.status) == (1, 400)
    assert any("File already exists" in line for line in answer.words)
    assert [file.sha256 for file in index.files("sample")] == [sha256(wheel)]


def test_a_wrong_token_is_refused(embedded: EmbeddedIndex, tmp_path: Path) -> None:
    answer = client(embedded, tmp_path, token="pypi-another").upload(placed(fresh(), tmp_path))
    assert (answer.exit_code, answer.status) == (1, 403)
    assert "pypi-another" not in " ".join(answer.words)


@pytest.mark.parametrize(("fault", "status"), [(Refuse(503, times=10), 503), (Cut(), None)])
def test_an_upload_that_was_not_stored_is_told_from_the_page(
    embedded: EmbeddedIndex, index: SimpleIndex, tmp_path: Path, fault: Fault, status: int | None
) -> None:
    embedded.faults.add(fault)
    answer = index.upload(placed(fresh(), tmp_path))
    assert (answer.exit_code, answer.status) == (1, status)
    assert index.files("sample") == ()


def test_a_lost_answer_has_no_status_and_the_file_is_there(
    embedded: EmbeddedIndex, index: SimpleIndex, tmp_path: Path
) -> None:
    wheel = fresh()
    embedded.faults.add(LoseAnswer())
    answer = index.upload(placed(wheel, tmp_path))
    assert (answer.exit_code, answer.status) == (1, None)
    assert answer.words[-1].startswith("requests.exceptions.ConnectionError")
    assert [file.sha256 for file in index.files("sample")] == [sha256(wheel)]


def test_what_is_not_propagated_yet_is_not_there(embedded: EmbeddedIndex, index: SimpleIndex) -> None:
    wheel = fresh()
    # An index may hide from strangers what it shows to whom it knows, and is looked at twice.
    embedded.faults.add(HideForReads(reads=4))
    store(embedded.upload_url, TOKEN, wheel)
    assert index.files("sample") == ()
    assert len(index.files("sample")) == 1


def test_core_metadata_that_is_not_served_yet_is_no_verdict_on_the_version(
    embedded: EmbeddedIndex, index: SimpleIndex
) -> None:
    wheel = fresh()
    store(embedded.upload_url, TOKEN, wheel)
    embedded.faults.add(Refuse(404, of="file", target="*.metadata"))
    with pytest.raises(Unavailable, match="pip could not get sample"):
        index.resolve("sample", Version(wheel.fields["version"]), within=60)
    assert index.resolve("sample", Version(wheel.fields["version"]), within=60) == {wheel.filename: sha256(wheel)}


@pytest.mark.parametrize("fault", [Refuse(503, of="page", times=2), Cut(of="page", times=2)])
def test_a_page_that_stumbles_is_asked_for_again(embedded: EmbeddedIndex, index: SimpleIndex, fault: Fault) -> None:
    store(embedded.upload_url, TOKEN, fresh())
    embedded.faults.add(fault)
    assert len(index.files("sample")) == 1


@pytest.mark.parametrize("damage", ["no hashes", "no versions", "numbers as text"])
def test_a_careless_page_is_read(embedded: EmbeddedIndex, index: SimpleIndex, damage: Any) -> None:
    wheel = fresh()
    store(embedded.upload_url, TOKEN, wheel)
    embedded.faults.add(BrokenPage(damage))
    (file,) = index.files("sample")
    assert file.sha256 == (None if damage == "no hashes" else sha256(wheel))


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Refuse(503, of="page", times=50), "The index testpypi answered 503"),
        (Cut(of="page", times=50), "The index testpypi cannot be read"),
        (BrokenPage("malformed", times=50), "no simple page for sample"),
        (Refuse(404, of="file", times=50), "pip could not get sample"),
    ],
)
def test_an_index_that_cannot_be_asked_is_not_one_without_the_version(
    embedded: EmbeddedIndex, index: SimpleIndex, fault: Fault, problem: str
) -> None:
    wheel = fresh()
    store(embedded.upload_url, TOKEN, wheel)
    embedded.faults.add(fault)
    with pytest.raises(Unavailable, match=problem):
        index.resolve("sample", Version(wheel.fields["version"]), within=60)


@pytest.mark.parametrize("damage", ["altered", "truncated"])
def test_one_damaged_download_is_no_verdict(embedded: EmbeddedIndex, index: SimpleIndex, damage: Any) -> None:
    wheel = fresh()
    store(embedded.upload_url, TOKEN, wheel)
    embedded.faults.add(BrokenFile(damage, target="*.whl"))
    assert index.fetch(index.files("sample")[0]) == wheel.content
    assert embedded.faults.waiting == ()


def test_bytes_that_the_index_never_lists_fail_the_gate(embedded: EmbeddedIndex, index: SimpleIndex) -> None:
    wheel = fresh()
    store(embedded.upload_url, TOKEN, wheel)
    embedded.faults.add(BrokenFile("altered", target="*.whl", times=50))
    with pytest.raises(GateFailed, match="are not what it lists"):
        index.fetch(index.files("sample")[0])
    with pytest.raises(GateFailed, match="are not what it lists"):
        index.resolve("sample", Version(wheel.fields["version"]), within=60)


@pytest.mark.parametrize("fault", [BrokenFile("truncated", times=50), BrokenFile("short", times=50)], ids=str)
def test_a_file_that_is_always_cut_off_is_no_verdict(embedded: EmbeddedIndex, index: SimpleIndex, fault: Fault) -> None:
    store(embedded.upload_url, TOKEN, fresh())
    embedded.faults.add(fault)
    with pytest.raises(Unavailable):
        index.fetch(index.files("sample")[0])


@pytest.mark.parametrize("damage", ["malformed", "html", "empty", "short"])
def test_a_page_that_is_wrong_once_is_asked_for_again(embedded: EmbeddedIndex, index: SimpleIndex, damage: Any) -> None:
    store(embedded.upload_url, TOKEN, fresh())
    embedded.faults.add(BrokenPage(damage))
    assert len(index.files("sample")) == 1
    assert embedded.faults.waiting == ()


@pytest.mark.parametrize("fault", [Trickle(of="page"), Trickle(of="file")], ids=str)
def test_a_server_that_sends_a_byte_now_and_then_is_given_up(
    embedded: EmbeddedIndex, index: SimpleIndex, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(embedded.upload_url, TOKEN, fresh())
    (file,) = index.files("sample")
    embedded.faults.add(fault)
    monkeypatch.setattr(deadline, "SECONDS", 0.5)
    with pytest.raises(Unavailable, match="cannot be read") as unavailable:
        index.fetch(file) if fault.of == "file" else index.files("sample")
    assert "TooSlowError" in unavailable.value.details[0]


def test_an_installer_waits_for_a_server_no_longer_than_it_may(
    embedded: EmbeddedIndex, index: SimpleIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = fresh()
    store(embedded.upload_url, TOKEN, wheel)
    monkeypatch.setattr(resolve, "LEAST", 0.0)
    embedded.faults.add(Trickle(of="file", target="*.whl"))
    with pytest.raises(Unavailable, match=r"pip did not get sample .* in time"):
        index.resolve("sample", Version(wheel.fields["version"]), within=4)


def test_core_metadata_is_served_as_it_is_in_the_wheel_or_as_a_fault_has_it(
    embedded: EmbeddedIndex, index: SimpleIndex
) -> None:
    first, second = fresh(), fresh()
    store(embedded.upload_url, TOKEN, first)
    embedded.faults.add(OtherMetadata())
    store(embedded.upload_url, TOKEN, second)
    one, other = index.files("sample")
    assert f"Version: {first.fields['version']}\n".encode() in (index.metadata(one) or b"")
    assert f"Version: {second.fields['version']}\n".encode() not in (index.metadata(other) or b"")
    # It is what the page lists: only the wheel tells that it is wrong.
    assert index.resolve("sample", Version(second.fields["version"]), within=60) == {}


def test_an_interrupted_upload_answers_without_a_status(
    index: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twine, "TIMEOUT", 0.01)
    answer = index.upload(placed(fresh(), tmp_path))
    assert (answer.exit_code, answer.status) == (process.TIMED_OUT, None)


def test_a_wheel_for_another_python_is_resolved(embedded: EmbeddedIndex, index: SimpleIndex) -> None:
    metadata = "Metadata-Version: 2.4\nName: sample\nVersion: 4.0\nRequires-Python: <3\n"
    wheel = sample_wheel(version="4.0", files={"sample-4.0.dist-info/METADATA": metadata})
    store(embedded.upload_url, TOKEN, wheel)
    assert index.resolve("sample", Version("4.0"), within=60) == {wheel.filename: sha256(wheel)}


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Sequence[str], Mapping[str, str]]]:
    """Every child process's words and environment; the children run all the same."""
    seen: list[tuple[Sequence[str], Mapping[str, str]]] = []

    def run(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, timeout: float) -> process.Completed:
        seen.append((argv, env))
        return process.run(argv, env=env, cwd=cwd, timeout=timeout)

    monkeypatch.setattr(twine, "run", run)
    monkeypatch.setattr(resolve, "run", run)
    return seen


def test_the_token_is_only_in_twines_environment(
    index: SimpleIndex, tmp_path: Path, children: list[tuple[Sequence[str], Mapping[str, str]]]
) -> None:
    answer = index.upload(placed(fresh(), tmp_path))
    index.resolve("sample", Version("9.9"), within=60)  # the embedded index is read by anybody
    (upload, uploading), (question, asking) = children
    assert uploading["TWINE_PASSWORD"] == TOKEN
    assert TOKEN not in " ".join([*upload, *question, *asking.values(), *answer.words])
    assert "TESTPYPI_TOKEN" not in uploading
    assert "--skip-existing" not in upload


def test_settings_of_the_caller_do_not_leak_in(embedded: EmbeddedIndex, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    elsewhere = "http://127.0.0.1:9/"
    (home / ".pypirc").write_text(f"[pypi]\nrepository = {elsewhere}\nusername = wrong\npassword = wrong\n")
    (home / ".netrc").write_text("machine 127.0.0.1 login wrong password wrong\n")
    leaks = {"TWINE_REPOSITORY_URL": elsewhere, "TWINE_USERNAME": "wrong", "PIP_INDEX_URL": elsewhere}
    index = client(embedded, tmp_path, HOME=str(home), **leaks)
    wheel = fresh()
    assert index.upload(placed(wheel, tmp_path)).exit_code == 0
    assert index.resolve("sample", Version(wheel.fields["version"]), within=60) == {wheel.filename: sha256(wheel)}


RING = f"""
from keyring.backend import KeyringBackend

class Ring(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return {TOKEN!r} if username == "__token__" else None

    def set_password(self, service, username, password):
        raise NotImplementedError
"""


@pytest.mark.parametrize(("ring", "expected"), [("ring.Ring", (0, None)), ("keyring.backends.null.Keyring", (1, None))])
def test_without_a_token_twine_asks_the_keyring(
    embedded: EmbeddedIndex, tmp_path: Path, ring: str, expected: tuple[int, int | None]
) -> None:
    config, environ = with_keyring(embedded, tmp_path, ring)
    answer = SimpleIndex(config, environ=environ, workdir=tmp_path / "work").upload(placed(fresh(), tmp_path))
    assert (answer.exit_code, answer.status) == expected, answer.words


@pytest.mark.parametrize(("ring", "times"), [("ring.Ring", 0), ("keyring.backends.null.Keyring", 1)])
def test_what_the_keyring_does_not_have_a_person_is_asked_for(
    embedded: EmbeddedIndex, tmp_path: Path, ring: str, times: int
) -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return TOKEN

    config, environ = with_keyring(embedded, tmp_path, ring)
    index = SimpleIndex(config, environ=environ, workdir=tmp_path / "work", prompt=TokenPrompt(ask))
    assert index.credential() == ("given at this terminal, for this run" if times else "the keyring")
    assert index.upload(placed(fresh(), tmp_path)).exit_code == 0
    assert len(asked) == times


def with_keyring(embedded: EmbeddedIndex, tmp_path: Path, ring: str) -> tuple[IndexConfig, dict[str, str]]:
    """Return the embedded index as one whose token is in a keyring, and an environment that names that keyring."""
    settings = tmp_path / "python_keyring" / "keyringrc.cfg"
    settings.parent.mkdir()
    settings.write_text(f"[backend]\ndefault-keyring={ring}\nkeyring-path={tmp_path}\n")
    (tmp_path / "ring.py").write_text(RING)
    config = IndexConfig("testpypi", embedded.upload_url, embedded.simple_url, keyring=True)
    return config, {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "TWINE_PASSWORD": "wrong"}
