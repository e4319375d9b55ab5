"""What cannot be taken back happens once, to the right bytes; what became of it is read from the world."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from fakes import FakeIndex, Mishap, sha256
from release_fixture import START, ReleaseFixture, entry

from releasegate.core.dists.archive import read_wheel
from releasegate.core.dists.wheel import wheel_metadata
from releasegate.core.errors import (
    ConfigurationError,
    Conflict,
    GateFailed,
    NotYet,
    Refused,
    ReleasegateError,
    Unavailable,
)
from releasegate.ports import IndexFile, PushAnswer, UploadAnswer
from releasegate.steps.propagation import SECOND_LOOK, Propagation
from releasegate.steps.release import Role
from releasegate.steps.sending import PAUSES
from releasegate.steps.tag import Tag
from releasegate.steps.upload import Upload

WHEEL, SDIST = "sample_app-1.0rc1-py3-none-any.whl", "sample_app-1.0rc1.tar.gz"
CUT = Mishap(None)
CUT_AFTER = Mishap(None, stores=True)
REFUSED = Mishap(400, reason="This filename was previously used by a file that has since been deleted.")


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


@pytest.fixture
def upload(fixture: ReleaseFixture) -> Upload:
    return Upload(fixture.built("1.0rc1"), "staging")


def test_a_tag_is_pushed_with_its_branch(fixture: ReleaseFixture) -> None:
    release = fixture.built("1.0rc1")
    step = Tag(release)
    assert step.already() is None
    head = fixture.repository.head()
    assert step.run() == {"tag": "v1.0rc1", "commit": head}
    assert fixture.repository.remote == {"v1.0rc1": head}
    assert fixture.repository.pushed == [("develop", "v1.0rc1")]
    assert step.subject() == head
    # Whoever the tag starts finds the record.
    assert fixture.ledger.sent == 1
    assert step.already() == {"tag": "v1.0rc1", "commit": head}


def test_a_tag_of_an_older_line_is_pushed_with_the_branch_that_mends_it(fixture: ReleaseFixture) -> None:
    fixture.app = replace(fixture.app, maintenance_branches=("0.*.x",))
    fixture.repository.on = "0.9.x"
    step = Tag(fixture.built("0.9.1rc1"))
    assert step.describe() == "tag v0.9.1rc1 and push it with 0.9.x to origin"
    step.run()
    assert fixture.repository.pushed == [("0.9.x", "v0.9.1rc1")]


def test_a_branch_that_takes_pull_requests_only_gets_its_bump_by_one(fixture: ReleaseFixture) -> None:
    fixture.repository.answer = PushAnswer("branch", ("! [remote rejected]", "remote: by pull request only"))
    release = fixture.built("1.0rc1")
    with pytest.raises(Refused, match=r"origin takes no push to develop: .* 1\.0rc1 is not consumed") as no:
        Tag(release).run()
    assert "pull request into develop from the branch bump-v1.0rc1" in no.value.hint
    assert "git push origin bump-v1.0rc1" in no.value.hint
    assert no.value.details == ("! [remote rejected]", "remote: by pull request only")
    assert fixture.repository.withdrawn == [("develop", "Release sample-app 1.0rc1", "bump-v1.0rc1")]
    assert (fixture.repository.head(), fixture.repository.tags()) == (START, {})


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ("behind", "origin has commits on develop"),
        ("tag", "origin does not take the tag v1.0rc1"),
        ("hook", "The hook pre-push here does not take the tag v1.0rc1"),
    ],
)
def test_any_other_refusal_of_a_push_leaves_everything_as_it_was(
    fixture: ReleaseFixture, refused: Literal["behind", "hook", "tag"], said: str
) -> None:
    fixture.repository.answer = PushAnswer(refused, ("in its own words",))
    with pytest.raises(Refused, match=said) as refusal:
        Tag(fixture.built("1.0rc1")).run()
    assert ("pull --rebase origin develop" in refusal.value.hint) == (refused == "behind")
    assert refusal.value.details == ("in its own words",)
    assert fixture.repository.withdrawn == [("develop", "Release sample-app 1.0rc1", None)]
    assert fixture.repository.local == {}


def test_a_tag_that_the_remote_has_on_another_commit_is_refused(fixture: ReleaseFixture) -> None:
    fixture.repository.remote["v1.0rc1"] = START
    with pytest.raises(Refused, match="names another commit"):
        Tag(fixture.built("1.0rc1")).run()
    assert fixture.repository.pushed == []


def test_both_files_are_uploaded_the_wheel_first(fixture: ReleaseFixture, upload: Upload) -> None:
    assert upload.already() is None
    manifest = upload.release.manifest()
    evidence = upload.run()
    assert evidence == {"index": "testpypi", "files": {a.filename: a.sha256 for a in manifest.artifacts}}
    assert fixture.staging.sent == [WHEEL, SDIST]
    assert {h.filename: sha256(h.content) for h in fixture.staging.held} == evidence["files"]
    assert upload.subject() == manifest.identity
    assert upload.already() == evidence


def test_each_role_has_an_index_and_a_key_of_its_own(fixture: ReleaseFixture) -> None:
    release = fixture.built("1.0")
    assert [Upload(release, role).key for role in ("staging", "production")] == ["upload:staging", "upload:production"]
    Upload(release, "production").run()
    assert len(fixture.production.held) == 2
    assert fixture.staging.held == []


def test_bytes_that_are_there_are_not_sent_again(fixture: ReleaseFixture, upload: Upload) -> None:
    upload.run()
    fixture.staging.sent.clear()
    upload.run()
    assert fixture.staging.sent == []


def test_only_the_missing_file_is_sent(fixture: ReleaseFixture, upload: Upload) -> None:
    upload.run()
    fixture.staging.held.pop(0)
    fixture.staging.sent.clear()
    assert upload.already() is None
    upload.run()
    assert fixture.staging.sent == [WHEEL]


def test_an_index_without_hashes_is_compared_by_its_bytes(fixture: ReleaseFixture, upload: Upload) -> None:
    fixture.staging.hashes = False
    upload.run()
    assert upload.already() is not None
    fixture.staging.swapped[SDIST] = b"theirs"
    with pytest.raises(Conflict, match=SDIST) as conflict:
        upload.already()
    assert conflict.value.details[1] == f"theirs {sha256(b'theirs')}"


@pytest.mark.parametrize(
    ("version", "role", "legal", "next_line"),
    [
        ("1.0rc1", "staging", "1.0rc2", "next number: invoke release --rc --package sample-app"),
        ("1.0", "production", "1.0.post1", "invoke release --post --package sample-app"),
        ("1.0.post1.dev1", "staging", "1.0.post1.dev2", "next number: invoke release --post --package sample-app"),
    ],
)
def test_other_bytes_under_our_name_are_a_conflict_that_names_the_next_version(
    fixture: ReleaseFixture, version: str, role: Role, legal: str, next_line: str
) -> None:
    step, index = Upload(fixture.built(version), role), getattr(fixture, role)
    index.put(f"sample_app-{version}.tar.gz", b"theirs")
    with pytest.raises(Conflict, match=f"{index.name} holds other bytes under sample_app-{version}.tar.gz") as conflict:
        step.run()
    assert conflict.value.hint.startswith(f"The name is burnt, and {legal} is the next legal version. ")
    assert conflict.value.hint.endswith(next_line)
    assert index.sent == []


def test_files_of_other_names_do_not_conflict(fixture: ReleaseFixture, upload: Upload) -> None:
    fixture.staging.put("sample_app-1.0rc1.zip", b"an old kind of sdist")
    fixture.staging.put("sample_app-1.0rc1-cp312-cp312-win_amd64.whl", b"another wheel")
    fixture.staging.put("sample_app-1.0.0rc1.tar.gz", b"the same version in another spelling")
    fixture.staging.put("sample_app-odd.tar.gz", b"", version="no version")
    upload.run()
    assert fixture.staging.sent == [WHEEL, SDIST]


def test_a_refusal_is_a_verdict_when_the_same_bytes_are_refused_again(fixture: ReleaseFixture, upload: Upload) -> None:
    fixture.staging.mishaps = [REFUSED, REFUSED]
    with pytest.raises(GateFailed, match=rf"testpypi refused {WHEEL} \(400\), and again") as refusal:
        upload.run()
    assert refusal.value.details == ("HTTP 400", "testpypi holds of 1.0rc1: nothing")
    assert refusal.value.hint.endswith("go on with the next number: invoke release --rc --package sample-app")
    assert fixture.staging.sent == [WHEEL, WHEEL]
    assert fixture.clock.passed >= PAUSES[0]


def test_what_came_before_two_refusals_does_not_take_them_back(fixture: ReleaseFixture, upload: Upload) -> None:
    fixture.staging.mishaps = [CUT, REFUSED, REFUSED]
    with pytest.raises(GateFailed, match=rf"testpypi refused {WHEEL}"):
        upload.run()


@pytest.mark.parametrize("other", [CUT, Mishap(503)], ids=str)
def test_one_refusal_among_other_answers_is_no_verdict(fixture: ReleaseFixture, upload: Upload, other: Mishap) -> None:
    fixture.staging.mishaps = [REFUSED, other, REFUSED]
    with pytest.raises(Unavailable):
        upload.run()


def test_a_refusal_in_other_words_each_time_is_a_verdict_when_all_are_refusals(
    fixture: ReleaseFixture, upload: Upload
) -> None:
    fixture.staging.mishaps = [replace(REFUSED, reason=f"bad file (request {number})") for number in range(3)]
    with pytest.raises(GateFailed, match="refused"):
        upload.run()
    assert fixture.staging.sent == [WHEEL] * 3


@pytest.mark.parametrize("mishap", [REFUSED, Mishap(400), Mishap(404), Mishap(403), Mishap(301)], ids=str)
def test_one_answer_that_refuses_burns_nothing(fixture: ReleaseFixture, upload: Upload, mishap: Mishap) -> None:
    fixture.staging.mishaps = [mishap]
    upload.run()
    assert fixture.staging.sent == [WHEEL, WHEEL, SDIST]
    assert len(fixture.staging.held) == 2


@pytest.mark.parametrize(
    ("version", "alone", "hint"),
    [
        ("1.0", "the wheel", "Repair it forward: invoke release --post --package sample-app"),
        ("1.0", "", "prove another candidate: invoke release --rc --package sample-app"),
        ("1.0.post1", "", "Repair it forward: invoke release --post --package sample-app"),
    ],
)
def test_a_refused_final_says_how_it_goes_on(fixture: ReleaseFixture, version: str, alone: str, hint: str) -> None:
    step = Upload(fixture.built(version), "production")
    if alone:
        step.run()
        fixture.production.held.pop()
    fixture.production.mishaps = [REFUSED, REFUSED]
    with pytest.raises(GateFailed, match="refused") as refusal:
        step.run()
    assert hint in refusal.value.hint
    wheel = f"sample_app-{version}-py3-none-any.whl"
    assert refusal.value.details[-1] == f"pypi holds of {version}: {wheel if alone else 'nothing'}"


def test_a_refusal_of_bytes_that_are_there_is_no_failure(fixture: ReleaseFixture, upload: Upload) -> None:
    fixture.staging.mishaps = [replace(REFUSED, stores=True)]
    upload.run()
    assert fixture.staging.sent == [WHEEL, SDIST]


@pytest.mark.parametrize("status", [401, 403])
def test_an_index_that_looks_at_who_asks_does_not_judge_the_release(
    fixture: ReleaseFixture, upload: Upload, status: int
) -> None:
    fixture.staging.mishaps = [Mishap(status, reason="Invalid or non-existent authentication information.")] * 2
    with pytest.raises(Unavailable, match=rf"did not let us upload {WHEEL} \({status}\)") as unavailable:
        upload.run()
    assert "Check the token and its rights (A_TOKEN is set)" in unavailable.value.hint


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_not_let_in_by_two_runs_has_the_wrong_token(
    fixture: ReleaseFixture, upload: Upload, status: int
) -> None:
    closed = Mishap(status, reason="Invalid or non-existent authentication information.")
    assert isinstance(ended(fixture, upload, [closed] * 2), Unavailable)
    for _ in range(2):
        error = ended(fixture, upload, [closed] * 2)
        assert isinstance(error, ConfigurationError)
    assert error.problem == f"testpypi did not let us upload {WHEEL} ({status}), as in the run before."
    assert "a token that may upload to it on testpypi (now: A_TOKEN is set), then run the same" in error.hint
    # What came in between is not known to last.
    assert isinstance(ended(fixture, upload, [Mishap(503)] * 3), Unavailable)
    assert isinstance(ended(fixture, upload, [closed] * 2), Unavailable)
    upload.run()
    assert len(fixture.staging.held) == 2


def ended(fixture: ReleaseFixture, upload: Upload, mishaps: list[Mishap]) -> ReleasegateError:
    """Return what ends an upload, which is written into the ledger as the engine does it."""
    fixture.staging.mishaps = mishaps
    with pytest.raises(ReleasegateError) as failed:
        upload.run()
    said = replace(entry(upload.key, evidence=failed.value.evidence), event="failed", verdict=failed.value.verdict)
    upload.release.ports.ledger.append(upload.release.version, said)
    return failed.value


@pytest.mark.parametrize(
    "mishap",
    [
        *(Mishap(status) for status in (400, 404, 405, 408, 413, 425, 429)),
        Mishap(404, reason="No such page"),
        Mishap(409, reason="sample_app-1.0rc1-py3-none-any.whl already exists"),
        Mishap(400, reason="File already exists"),
    ],
    ids=str,
)
def test_an_answer_that_does_not_judge_the_file_does_not_judge_the_release(
    fixture: ReleaseFixture, upload: Upload, mishap: Mishap
) -> None:
    fixture.staging.mishaps = [mishap] * 2
    with pytest.raises(Unavailable, match=rf"did not take {WHEEL} \({mishap.status}\)") as unavailable:
        upload.run()
    assert "it reads the index and sends the same bytes" in unavailable.value.hint
    upload.run()
    assert len(fixture.staging.held) == 2


@pytest.mark.parametrize("mishap", [CUT_AFTER, Mishap(502, stores=True)], ids=["cut", "5xx"])
def test_an_upload_of_unknown_outcome_is_fine_if_the_bytes_are_there(
    fixture: ReleaseFixture, upload: Upload, mishap: Mishap
) -> None:
    fixture.staging.mishaps = [mishap]
    upload.run()
    assert fixture.staging.sent == [WHEEL, SDIST]


@pytest.mark.parametrize("mishap", [CUT, Mishap(503)], ids=["cut", "5xx"])
def test_an_upload_of_unknown_outcome_is_tried_again(fixture: ReleaseFixture, upload: Upload, mishap: Mishap) -> None:
    fixture.staging.mishaps = [mishap, mishap]
    upload.run()
    assert fixture.staging.sent == [WHEEL, WHEEL, WHEEL, SDIST]


def test_an_outcome_that_stays_unknown_is_unavailable_and_not_a_failure(
    fixture: ReleaseFixture, upload: Upload
) -> None:
    fixture.staging.mishaps = [CUT, Mishap(500), Mishap(503)]
    with pytest.raises(Unavailable, match="is not known") as unavailable:
        upload.run()
    assert unavailable.value.details == ("HTTP 503", "testpypi holds of 1.0rc1: nothing")
    assert fixture.staging.sent == [WHEEL] * 3
    upload.run()
    assert len(fixture.staging.held) == 2


def test_both_files_go_in_one_start_of_twine(fixture: ReleaseFixture) -> None:
    class Counting(FakeIndex):
        def upload(self, *paths: Path) -> UploadAnswer:
            starts.append([path.name for path in paths])
            return super().upload(*paths)

    starts: list[list[str]] = []
    fixture.staging = Counting("testpypi", fixture.clock)
    Upload(fixture.built("1.0rc1"), "staging").run()
    assert starts == [[WHEEL, SDIST]]


@pytest.mark.parametrize("mishap", [REFUSED, CUT], ids=["refused", "cut"])
def test_what_is_said_of_the_sdist_is_no_word_on_the_wheel(fixture: ReleaseFixture, mishap: Mishap) -> None:
    class Second(FakeIndex):
        def _sends(self, path: Path) -> UploadAnswer:
            self.mishaps = [mishap] if path.name == SDIST else []
            return super()._sends(path)

    fixture.staging = Second("testpypi", fixture.clock)
    with pytest.raises(ReleasegateError, match=SDIST) as failed:
        Upload(fixture.built("1.0rc1"), "staging").run()
    assert isinstance(failed.value, GateFailed) is (mishap is REFUSED)
    assert fixture.staging.sent == [WHEEL, *([SDIST] * (2 if mishap is REFUSED else 3))]


def test_a_failure_before_any_file_was_sent_counts_for_the_first(fixture: ReleaseFixture) -> None:
    class Closed(FakeIndex):
        def upload(self, *paths: Path) -> UploadAnswer:
            starts.append([path.name for path in paths])
            return UploadAnswer(1, 403, ("HTTP 403",), reason="Who are you?")

    starts: list[list[str]] = []
    fixture.staging = Closed("testpypi", fixture.clock)
    with pytest.raises(Unavailable, match=rf"did not let us upload {WHEEL} \(403\)"):
        Upload(fixture.built("1.0rc1"), "staging").run()
    assert starts == [[WHEEL, SDIST], [WHEEL]]


def test_our_bytes_that_another_clone_sent_first_are_ours(fixture: ReleaseFixture) -> None:
    class Rival(FakeIndex):
        def upload(self, *paths: Path) -> UploadAnswer:
            path = paths[0]
            if not any(file.filename == path.name for file in self.files("sample-app")):
                self.put(path.name, path.read_bytes())
                self.sent.append(path.name)
            return UploadAnswer(1, 400, ("HTTP 400",), reason="File already exists")

    fixture.staging = Rival("testpypi", fixture.clock)
    evidence = Upload(fixture.built("1.0rc1"), "staging").run()
    assert fixture.staging.sent == [WHEEL, SDIST]
    assert set(evidence["files"]) == {WHEEL, SDIST}


def test_other_bytes_that_came_meanwhile_are_a_conflict(fixture: ReleaseFixture) -> None:
    class Rival(FakeIndex):
        def upload(self, *paths: Path) -> UploadAnswer:
            self.put(paths[0].name, b"theirs")
            return super().upload(*paths)

    rival = Rival("testpypi", fixture.clock, mishaps=[CUT])
    fixture.staging = rival
    with pytest.raises(Conflict, match=WHEEL):
        Upload(fixture.built("1.0rc1"), "staging").run()


def test_a_page_that_lists_other_bytes_once_is_no_conflict(fixture: ReleaseFixture, upload: Upload) -> None:
    upload.run()
    fixture.staging.misread = [{WHEEL: b"theirs"}] * 2
    assert upload.already() is not None


def test_propagation_waits_for_the_index_and_then_for_the_installer(fixture: ReleaseFixture) -> None:
    fixture.staging.lag, fixture.staging.cache = 3.0, 40.0
    release = fixture.uploaded("1.0rc1")
    step = Propagation(release, "staging")
    assert step.already() is None
    evidence = step.run()
    assert evidence["files"] == {a.filename: a.sha256 for a in release.manifest().artifacts}
    assert evidence["index"] == "testpypi"
    assert 43 <= evidence["seconds"] <= 58
    assert "testpypi does not show 1.0rc1 yet (0 s)" in fixture.said
    assert step.subject() == release.manifest().identity
    assert step.key == "propagation:staging"


def test_propagation_that_is_over_takes_no_time(fixture: ReleaseFixture) -> None:
    assert Propagation(fixture.uploaded("1.0rc1"), "staging").run()["seconds"] == 0.0


def test_propagation_past_the_deadline_is_not_yet(fixture: ReleaseFixture) -> None:
    fixture.staging.cache = 10_000.0
    step = Propagation(fixture.uploaded("1.0rc1"), "staging")
    with pytest.raises(NotYet, match=r"has not propagated on testpypi in 9\d\d s") as late:
        step.run()
    assert "run the same command again" in late.value.hint
    assert 900 <= fixture.clock.passed <= 915


def test_an_installer_that_gets_other_bytes_twice_is_a_failure(fixture: ReleaseFixture) -> None:
    fixture.staging.proxied[SDIST] = b"theirs"
    with pytest.raises(GateFailed, match="An installer gets other bytes") as failure:
        Propagation(fixture.uploaded("1.0rc1"), "staging").run()
    assert failure.value.details == (f"{SDIST} {sha256(b'theirs')}",)
    assert fixture.clock.passed >= SECOND_LOOK


@pytest.mark.parametrize(
    "stumble",
    [
        {SDIST: sha256(b"damaged")},
        GateFailed("The bytes are not what it lists.", hint="Look"),
        Unavailable("pip could not get it.", hint="Again"),
    ],
    ids=["other bytes", "not what is listed", "unavailable"],
)
def test_what_an_installer_gets_once_is_no_verdict(
    fixture: ReleaseFixture, stumble: dict[str, str] | GateFailed | Unavailable
) -> None:
    fixture.staging.stumbles = [stumble]
    release = fixture.uploaded("1.0rc1")
    files = Propagation(release, "staging").run()["files"]
    assert files == {a.filename: a.sha256 for a in release.manifest().artifacts}


def test_an_installer_that_gets_something_else_each_time_is_waited_for_no_longer_than_for_all_else(
    fixture: ReleaseFixture,
) -> None:
    fixture.staging.stumbles = [{SDIST: sha256(f"{number}".encode())} for number in range(1000)]
    with pytest.raises(NotYet, match="has not propagated"):
        Propagation(fixture.uploaded("1.0rc1"), "staging").run()
    assert 900 <= fixture.clock.passed <= 930


def test_an_index_that_cannot_be_read_to_the_end_is_unavailable(fixture: ReleaseFixture) -> None:
    fixture.staging.stumbles = [Unavailable("pip could not get it.", hint="Again")] * 1000
    with pytest.raises(Unavailable, match="pip could not get it"):
        Propagation(fixture.uploaded("1.0rc1"), "staging").run()


def test_an_installer_may_wait_for_what_is_left_of_the_time(fixture: ReleaseFixture) -> None:
    fixture.staging.cache = 10_000.0
    with pytest.raises(NotYet):
        Propagation(fixture.uploaded("1.0rc1"), "staging").run()
    patience = fixture.staging.patience
    assert patience[0] == 900.0
    assert patience == sorted(patience, reverse=True)
    assert patience[-1] <= 0


def test_a_finding_at_the_very_end_is_looked_at_again(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    run = replace(release.run, settings=replace(release.run.settings, propagation=0.0))
    fixture.staging.stumbles = [{SDIST: sha256(b"damaged")}]
    assert Propagation(replace(release, run=run), "staging").run()["seconds"] == SECOND_LOOK


def test_core_metadata_that_is_the_wheels_is_no_finding(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    fixture.staging.beside = {WHEEL: metadata(fixture), SDIST: b"nobody reads this"}
    assert Propagation(release, "staging").run()["seconds"] == 0.0


def test_core_metadata_that_disagrees_with_the_wheel_is_a_finding(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    fixture.staging.beside = {WHEEL: metadata(fixture).replace(b"Version: 1.0rc1", b"Version: 1.0rc2")}
    with pytest.raises(GateFailed, match=rf"core metadata that testpypi serves beside {WHEEL} is not the") as finding:
        Propagation(release, "staging").run()
    assert finding.value.details == ("version: '1.0rc1' and '1.0rc2'",)
    assert fixture.clock.passed == SECOND_LOOK


def test_core_metadata_that_arrives_damaged_says_nothing_of_what_was_sent(
    fixture: ReleaseFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_: IndexFile) -> bytes:
        raise GateFailed("What was served is not what is listed.", hint="Tell the owners", details=["listed: a"])

    release = fixture.uploaded("1.0rc1")
    fixture.staging.beside = {WHEEL: metadata(fixture)}
    monkeypatch.setattr(fixture.staging, "metadata", damaged)
    with pytest.raises(Unavailable, match="What was served is not what is listed") as trouble:
        Propagation(release, "staging").run()
    assert trouble.value.details == ("listed: a",)
    monkeypatch.undo()
    assert Propagation(release, "staging").run()["index"] == "testpypi"


def metadata(fixture: ReleaseFixture) -> bytes:
    """Return the METADATA of the wheel that was uploaded."""
    held = next(h for h in fixture.staging.held if h.filename == WHEEL)
    return wheel_metadata(read_wheel(WHEEL, held.content))
