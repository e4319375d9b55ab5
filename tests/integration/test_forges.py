"""GitHub's and Gitea's clients against a forge that answers as each does: the same rules hold of both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from releasegate.adapters.forges import forge_of
from releasegate.adapters.forges.gitea_runs import outcome_of
from releasegate.adapters.forges.outcomes import verdict
from releasegate.adapters.tokens.prompt import TokenPrompt
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.errors import Refused, ReleasegateError, Unavailable
from releasegate.core.evidence.belief import CiOutcome, vouched
from releasegate.core.release.entry import Entry
from releasegate.ports import CiRun, Forge, ForgeRelease
from releasegate.rehearsal.forge import EmbeddedForge, Fault

COMMIT = "a" * 40
TOKEN = {"FORGE_TOKEN": "secret-of-the-forge"}
LOOKS = TokenPrompt(None)


@pytest.fixture
def tags() -> dict[str, str]:
    return {"v1.0": COMMIT}


@pytest.fixture(params=["github", "gitea"])
def embedded(request: pytest.FixtureRequest, tmp_path: Path, tags: dict[str, str]) -> Iterator[EmbeddedForge]:
    token = TOKEN["FORGE_TOKEN"]
    with EmbeddedForge(tmp_path, "octo/harbor", token=token, commit_of=tags.get, kind=request.param) as forge:
        yield forge


@pytest.fixture
def forge(embedded: EmbeddedForge) -> Forge:
    return forge_of(embedded.config, environ=TOKEN)


def nothing(_: str) -> None:
    """Say that no tag names a commit."""


def draft(tag: str = "v1.0", *, prerelease: bool = False) -> ForgeRelease:
    return ForgeRelease(tag, COMMIT, "develop", draft=True, prerelease=prerelease)


def writes(embedded: EmbeddedForge) -> list[str]:
    return [request for request in embedded.app.seen if not request.startswith("GET")]


def test_a_draft_is_found_although_no_tag_leads_to_it(forge: Forge, embedded: EmbeddedForge) -> None:
    assert forge.find("v1.0") is None
    forge.draft(draft())
    assert forge.find("v1.0") == draft()
    assert not any("/releases/tags/" in request for request in embedded.app.seen)


def test_a_prerelease_is_marked_before_and_after_it_is_published(forge: Forge, tags: dict[str, str]) -> None:
    tags["v1.0rc1"] = COMMIT
    forge.draft(draft("v1.0rc1", prerelease=True))
    assert forge.find("v1.0rc1") == draft("v1.0rc1", prerelease=True)
    assert forge.publish("v1.0rc1").prerelease


def test_a_draft_of_a_tag_that_is_not_there_names_no_commit(forge: Forge) -> None:
    forge.draft(draft("v2.0"))
    found = forge.find("v2.0")
    assert found is not None
    assert found.commit == ""


def test_a_draft_that_is_there_already_is_left_alone(forge: Forge, embedded: EmbeddedForge) -> None:
    forge.draft(draft())
    forge.attach("v1.0", name="a", content=b"1")
    forge.draft(draft())
    assert [[asset.name for asset in release.assets] for release in embedded.state.releases()] == [["a"]]


def test_what_is_attached_comes_back_byte_for_byte(forge: Forge) -> None:
    forge.draft(draft())
    content = bytes(range(256)) * 1000
    forge.attach("v1.0", name="harbor-1.0.tar.gz", content=content)
    assert forge.asset("v1.0", name="harbor-1.0.tar.gz") == content
    assert forge.asset("v1.0", name="other") is None
    assert forge.asset("v9.9", name="harbor-1.0.tar.gz") is None
    found = forge.find("v1.0")
    assert found is not None
    assert found.assets == ("harbor-1.0.tar.gz",)


def test_a_tag_and_a_name_may_have_signs_that_an_address_must_not(forge: Forge, tags: dict[str, str]) -> None:
    tag, name = "release/1.0+local", "harbor 1.0+local.tar.gz"
    tags[tag] = COMMIT
    forge.draft(draft(tag))
    forge.attach(tag, name=name, content=b"1")
    assert forge.asset(tag, name=name) == b"1"
    assert forge.publish(tag).commit == COMMIT


def test_attaching_other_bytes_replaces_what_was_there(forge: Forge, embedded: EmbeddedForge) -> None:
    forge.draft(draft())
    for content in (b"first", b"third"):
        forge.attach("v1.0", name="receipt.jsonl", content=content)
    assert forge.asset("v1.0", name="receipt.jsonl") == b"third"
    assert len(embedded.state.releases()[0].assets) == 1


def test_the_same_bytes_are_not_sent_twice(forge: Forge, embedded: EmbeddedForge) -> None:
    forge.draft(draft())
    forge.attach("v1.0", name="manifest.json", content=b"whole")
    embedded.app.seen.clear()
    forge.attach("v1.0", name="manifest.json", content=b"whole")
    assert writes(embedded) == []


def test_half_an_upload_is_no_asset_and_is_sent_again(forge: Forge, embedded: EmbeddedForge) -> None:
    forge.draft(draft())
    embedded.fail(1, "half")
    with pytest.raises(Unavailable, match="does not answer"):
        forge.attach("v1.0", name="manifest.json", content=b"the whole of it")
    left = [asset.whole for asset in embedded.state.releases()[0].assets]
    assert left == ([False] if embedded.kind == "github" else [])
    assert forge.find("v1.0") == draft()
    assert forge.asset("v1.0", name="manifest.json") is None
    forge.attach("v1.0", name="manifest.json", content=b"the whole of it")
    assert forge.asset("v1.0", name="manifest.json") == b"the whole of it"
    assert [asset.whole for asset in embedded.state.releases()[0].assets] == [True]


def test_a_published_release_is_no_draft_any_more(forge: Forge) -> None:
    forge.draft(draft())
    published = forge.publish("v1.0")
    assert published == ForgeRelease("v1.0", COMMIT, "develop", draft=False, prerelease=False)
    assert forge.find("v1.0") == published


def test_what_is_published_is_not_published_again(forge: Forge, embedded: EmbeddedForge) -> None:
    forge.draft(draft())
    published = forge.publish("v1.0")
    embedded.app.seen.clear()
    assert forge.publish("v1.0") == published
    assert writes(embedded) == []


def test_a_title_and_notes_that_a_person_wrote_stay(forge: Forge, embedded: EmbeddedForge) -> None:
    forge.draft(draft())
    address = f"{embedded.address}{embedded.app.dialect.prefix}/repos/octo/harbor/releases"
    wanted = {"name": "Harbor one", "body": "All of it."}
    own = f"{address}/{embedded.state.releases()[0].number}"
    assert requests.patch(own, json=wanted, headers=known(), timeout=10).status_code == 200
    forge.publish("v1.0")
    assert (embedded.state.releases()[0].title, embedded.state.releases()[0].notes) == ("Harbor one", "All of it.")


def known() -> dict[str, str]:
    return {"Authorization": f"token {TOKEN['FORGE_TOKEN']}"}


def test_nothing_is_published_or_attached_where_there_is_no_release(forge: Forge) -> None:
    with pytest.raises(Refused, match=r"v1\.0 has no release"):
        forge.publish("v1.0")
    with pytest.raises(Refused, match=r"v1\.0 has no release"):
        forge.attach("v1.0", name="a", content=b"")


def test_a_release_whose_tag_is_not_there_is_not_published(forge: Forge) -> None:
    forge.draft(draft("v2.0"))
    with pytest.raises(Refused, match="refused that"):
        forge.publish("v2.0")


def test_an_immutable_release_takes_nothing_more(forge: Forge) -> None:
    forge.draft(draft())
    forge.attach("v1.0", name="there", content=b"there")
    forge.publish("v1.0")
    for name in ("late", "there"):
        with pytest.raises(Refused, match="refused that") as refusal:
            forge.attach("v1.0", name=name, content=b"late")
        assert any("immutable" in line for line in refusal.value.details)
    forge.attach("v1.0", name="there", content=b"there")
    assert forge.asset("v1.0", name="there") == b"there"


@pytest.mark.parametrize("kind", ["github", "gitea"])
def test_a_release_that_is_not_immutable_takes_its_receipt_later(tmp_path: Path, kind: str) -> None:
    server = EmbeddedForge(
        tmp_path, "octo/harbor", token=TOKEN["FORGE_TOKEN"], commit_of={"v1.0": COMMIT}.get, immutable=False,
        kind=kind,  # type: ignore[arg-type]
    )  # fmt: skip
    with server:
        forge = forge_of(server.config, environ=TOKEN)
        forge.draft(draft())
        forge.publish("v1.0")
        forge.attach("v1.0", name="receipt.jsonl", content=b"sealed")
        assert forge.asset("v1.0", name="receipt.jsonl") == b"sealed"


def test_a_second_release_of_a_published_tag_is_refused(forge: Forge, embedded: EmbeddedForge) -> None:
    forge.draft(draft())
    forge.publish("v1.0")
    with pytest.raises(Refused, match=f"refused that \\({embedded.app.dialect.conflict}\\)"):
        forge.draft(draft())


def test_a_release_far_behind_is_found_page_by_page(forge: Forge, embedded: EmbeddedForge) -> None:
    embedded.app.small = 3
    for number in range(8):
        forge.draft(draft(f"v0.{number}"))
    embedded.app.seen.clear()
    assert forge.find("v0.0") is not None
    assert sum(request.endswith("/releases") for request in embedded.app.seen) == 3


def test_many_assets_are_all_seen(forge: Forge, embedded: EmbeddedForge) -> None:
    forge.draft(draft())
    embedded.app.small = 2
    for number in range(5):
        forge.attach("v1.0", name=f"file-{number}", content=b"x")
    found = forge.find("v1.0")
    assert found is not None
    assert len(found.assets) == 5
    assert forge.asset("v1.0", name="file-4") == b"x"


@pytest.mark.parametrize(("seconds", "when"), [(None, "after 00:00 UTC"), (90, "in 90 s")])
def test_the_rate_limit_says_when_to_come_back(
    forge: Forge, embedded: EmbeddedForge, seconds: int | None, when: str
) -> None:
    embedded.limit(1, seconds=seconds)
    with pytest.raises(Unavailable, match="takes no more requests for now") as limit:
        forge.find("v1.0")
    assert when in limit.value.hint
    assert len(embedded.app.seen) == 1


@pytest.mark.parametrize("fault", ["lose", "cut"])
def test_what_was_done_although_no_answer_came_is_done(forge: Forge, embedded: EmbeddedForge, fault: Fault) -> None:
    embedded.fail(1, fault)
    forge.draft(draft())
    assert len(embedded.state.releases()) == 1
    embedded.fail(1, fault)
    forge.attach("v1.0", name="a", content=b"1")
    assert len(embedded.state.releases()[0].assets) == 1
    embedded.fail(1, fault)
    assert not forge.publish("v1.0").draft
    assert len(writes(embedded)) == 3


def test_what_was_not_done_and_not_answered_is_not_taken_for_done(forge: Forge, embedded: EmbeddedForge) -> None:
    embedded.fail(1, "half")
    with pytest.raises(Unavailable, match="does not answer"):
        forge.draft(draft())
    forge.draft(draft())
    embedded.fail(1, "half")
    with pytest.raises(Unavailable, match="does not answer"):
        forge.publish("v1.0")
    assert [release.draft for release in embedded.state.releases()] == [True]


EVERYTHING: list[Callable[[Forge], object]] = [
    lambda forge: forge.find("v1.0"),
    lambda forge: forge.draft(draft()),
    lambda forge: forge.attach("v1.0", name="a", content=b"1"),
    lambda forge: forge.asset("v1.0", name="a"),
    lambda forge: forge.publish("v1.0"),
    lambda forge: forge.ci_run("v1.0"),
]


@pytest.mark.parametrize("ask", EVERYTHING)
@pytest.mark.parametrize(
    ("fault", "words"), [("refuse", "answered 502"), ("page", "answer as Git"), ("nonsense", "answer as Git")]
)
def test_a_forge_that_fails_judges_nothing(
    forge: Forge, embedded: EmbeddedForge, fault: Fault, words: str, ask: Callable[[Forge], object]
) -> None:
    embedded.fail(9, fault)
    with pytest.raises(Unavailable, match=words):
        ask(forge)
    assert embedded.state.releases() == ()


@pytest.mark.parametrize("ask", EVERYTHING)
def test_a_repository_that_is_not_there_is_no_release_that_is_not_there(
    embedded: EmbeddedForge, ask: Callable[[Forge], object]
) -> None:
    elsewhere = ForgeConfig(embedded.kind, "octo/harbour", address=embedded.address)
    forge = forge_of(elsewhere, environ=TOKEN)
    if ask is EVERYTHING[-1] and embedded.kind == "gitea":
        assert ask(forge) is None  # a Gitea without CI answers so, too
        return
    with pytest.raises(Unavailable, match="no such thing of octo/harbour"):
        ask(forge)


@pytest.mark.parametrize("ask", EVERYTHING)
def test_a_wrong_token_names_its_variable_and_never_itself(
    embedded: EmbeddedForge, ask: Callable[[Forge], object]
) -> None:
    forge = forge_of(embedded.config, environ={"FORGE_TOKEN": "wrong-and-secret"})
    with pytest.raises(Unavailable, match="does not let us at") as error:
        ask(forge)
    assert "FORGE_TOKEN" in error.value.hint
    assert "wrong-and-secret" not in f"{error.value} {forge!r}"


@pytest.mark.parametrize("environ", [{}, {"FORGE_TOKEN": " "}])
@pytest.mark.parametrize("ask", EVERYTHING)
def test_without_a_token_the_variable_is_named_and_nobody_is_asked(
    embedded: EmbeddedForge, environ: dict[str, str], ask: Callable[[Forge], object]
) -> None:
    forge = forge_of(embedded.config, environ=environ)
    with pytest.raises(Unavailable, match="No token for octo/harbor") as error:
        ask(forge)
    assert "Set FORGE_TOKEN" in error.value.hint
    assert embedded.app.seen == []


@pytest.mark.parametrize("environ", [{}, {"FORGE_TOKEN": " "}])
def test_how_a_run_of_a_public_repository_ended_is_asked_without_a_token(
    embedded: EmbeddedForge, environ: dict[str, str]
) -> None:
    number = embedded.run("v1.0", "passed")
    outcome = forge_of(embedded.config, environ=environ).outcome(number)
    assert outcome is not None
    assert (outcome.verdict, outcome.tag) == ("passed", "v1.0")


def test_a_forge_that_is_not_there_does_not_answer(embedded: EmbeddedForge) -> None:
    gone = ForgeConfig(embedded.kind, "octo/harbor", address="http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="does not answer"):
        forge_of(gone, environ=TOKEN).find("v1.0")


@pytest.mark.parametrize("state", ["waiting", "running", "passed", "failed"])
@pytest.mark.parametrize("event", ["push", "release"])
def test_a_ci_run_is_told_by_its_tag(forge: Forge, embedded: EmbeddedForge, state: str, event: str) -> None:
    assert forge.ci_run("v1.0") is None
    embedded.run("v0.9", "failed")
    embedded.run("v1.0", state, event=event)  # type: ignore[arg-type]
    assert forge.ci_run("v1.0") == CiRun(state, f"{embedded.address}/octo/harbor/actions/runs/2")  # type: ignore[arg-type]


def test_only_runs_that_a_person_must_let_go_on_are_held(forge: Forge, embedded: EmbeddedForge) -> None:
    assert forge.waiting() == ()
    for number, state in enumerate(("held", "waiting", "running", "passed", "failed")):
        embedded.run(f"v1.{number}", state)  # type: ignore[arg-type]
    assert forge.waiting() == (CiRun("waiting", f"{embedded.address}/octo/harbor/actions/runs/1"),)


def test_the_newest_ci_run_counts_and_no_pull_request(forge: Forge, embedded: EmbeddedForge) -> None:
    embedded.run("v1.0", "failed")
    embedded.run("v1.0", "running", event="release")
    embedded.run("v1.0", "passed", event="pull_request")
    found = forge.ci_run("v1.0")
    assert found is not None
    assert found.state == "running"


def test_a_ci_run_behind_many_others_is_found(forge: Forge, embedded: EmbeddedForge) -> None:
    embedded.app.small = 2
    for tag in ("v1.0", "v0.1", "v0.2", "v0.3", "v0.4"):
        embedded.run(tag, "passed")
    assert forge.ci_run("v1.0") == CiRun("passed", f"{embedded.address}/octo/harbor/actions/runs/1")


@pytest.mark.parametrize("state", ["waiting", "running", "passed", "failed"])
def test_an_old_gitea_tells_of_tasks_instead_of_runs(tmp_path: Path, state: str) -> None:
    with EmbeddedForge(tmp_path, "octo/harbor", token=TOKEN["FORGE_TOKEN"], commit_of=nothing, kind="gitea") as old:
        old.run("v1.0", state)  # type: ignore[arg-type]
        old.run("v1.1", "failed")
        old.fail(1, "missing")
        found = forge_of(old.config, environ=TOKEN).ci_run("v1.0")
        assert found == CiRun(state, f"{old.address}/octo/harbor/actions/runs/1")  # type: ignore[arg-type]


def test_a_forge_that_starts_again_has_kept_everything(embedded: EmbeddedForge, forge: Forge, tmp_path: Path) -> None:
    forge.draft(draft())
    forge.attach("v1.0", name="a", content=b"1")
    embedded.run("v1.0", "running")
    with EmbeddedForge(
        tmp_path, "octo/harbor", token=TOKEN["FORGE_TOKEN"], commit_of={"v1.0": COMMIT}.get, kind=embedded.kind
    ) as again:
        kept = forge_of(again.config, environ=TOKEN)
        assert kept.find("v1.0") == forge.find("v1.0")
        assert kept.asset("v1.0", name="a") == b"1"
        assert again.state.runs() == embedded.state.runs()


def test_whoever_has_no_forge_loads_no_client() -> None:
    code = (
        "import releasegate.adapters.forges, sys;"
        "late = ('github', 'requests', 'releasegate.adapters.forges.github', 'releasegate.adapters.forges.gitea');"
        "print([name for name in late if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("kind", "other"), [("github", "gitea"), ("gitea", "github")])
def test_whoever_has_one_forge_does_not_load_the_client_of_the_other(kind: str, other: str) -> None:
    code = (
        "import sys; from releasegate.adapters.forges import forge_of;"
        "from releasegate.core.config.keys import ForgeConfig;"
        f"forge_of(ForgeConfig({kind!r}, 'octo/harbor'), environ={{}});"
        f"print([f'releasegate.adapters.forges.{{kind}}' in sys.modules for kind in ({kind!r}, {other!r})])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[True, False]"


def test_who_asks_a_forge_nothing_does_not_wait_for_its_library() -> None:
    code = (
        "import sys; from releasegate.adapters.forges import forge_of;"
        "from releasegate.core.config.keys import ForgeConfig;"
        "[forge_of(ForgeConfig(kind, 'octo/harbor'), environ={}) for kind in ('github', 'gitea')];"
        "print([name for name in ('github', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_env_file_gets_into_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("LIES_ABOUT=1\n")
    monkeypatch.chdir(tmp_path)
    with EmbeddedForge(tmp_path, "octo/harbor", token=TOKEN["FORGE_TOKEN"], commit_of=nothing, kind="gitea") as gitea:
        before = dict(os.environ)
        assert forge_of(gitea.config, environ=TOKEN).find("v1.0") is None
    assert {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"} == {
        k: v for k, v in before.items() if k != "PYTEST_CURRENT_TEST"
    }


def test_every_error_says_what_to_do(forge: Forge, embedded: EmbeddedForge) -> None:
    embedded.fail(1, "missing")
    with pytest.raises(ReleasegateError, match="FORGE_TOKEN"):
        forge.find("v1.0")


@pytest.mark.parametrize(("state", "ended"), [("passed", "passed"), ("failed", "failed"), ("running", "none")])
def test_how_a_ci_run_ended_is_told_by_its_number(
    forge: Forge, embedded: EmbeddedForge, state: str, ended: str
) -> None:
    embedded.run("v0.9", "failed")
    number = embedded.run("v1.0", state, event="release")  # type: ignore[arg-type]
    outcome = forge.outcome(number)
    assert outcome is not None
    assert (outcome.verdict, outcome.commit, outcome.event, outcome.tag) == (ended, COMMIT, "release", "v1.0")
    written = Entry(outcome.ended, f"ci-{number}-ab", "seal", "done", "", "seal it")
    workflow = f".{embedded.kind}/workflows/release.yml"
    assert vouched(written, outcome, commit=COMMIT, tag="v1.0", workflow=workflow) == (ended == "passed")
    assert not vouched(written, outcome, commit=COMMIT, tag="v1.0", workflow=".github/workflows/other.yml")


def test_a_ci_run_that_the_forge_knows_nothing_of_is_none(forge: Forge, embedded: EmbeddedForge) -> None:
    assert forge.outcome(7) is None
    embedded.limit(1)
    with pytest.raises(Unavailable, match="takes no more requests"):
        forge.outcome(7)


def test_a_forgejo_writes_a_run_in_words_of_its_own() -> None:
    body = {
        "status": "success",
        "commit_sha": COMMIT,
        "workflow_id": "release.yml",
        "prettyref": "v1.0",
        "event": "push",
        "started": "2026-01-01T12:00:00+02:00",
        "stopped": "2026-01-01T13:00:00+02:00",
    }
    moments = ("2026-01-01T10:00:00+00:00", "2026-01-01T11:00:00+00:00")
    assert outcome_of(body) == CiOutcome("passed", COMMIT, "release.yml", "push", "v1.0", *moments)
    assert outcome_of({**body, "status": "cancelled", "started": "", "stopped": 7}) == CiOutcome(
        "none", COMMIT, "release.yml", "push", "v1.0", "", ""
    )


@pytest.mark.parametrize(
    ("status", "conclusion"), [("completed", "skipped"), ("completed", "neutral"), ("completed", ""), ("queued", None)]
)
def test_what_was_skipped_or_still_waits_has_no_verdict(status: str, conclusion: str | None) -> None:
    assert verdict(status, conclusion) == "none"


def test_a_token_that_is_typed_is_asked_for_where_a_release_is_written_and_not_to_see_what_all_see(
    embedded: EmbeddedForge,
) -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return TOKEN["FORGE_TOKEN"]

    prompt = TokenPrompt(ask)
    typing = forge_of(embedded.config, environ={}, prompt=prompt)
    assert typing.ci_run("v1.0") is None
    assert typing.waiting() == ()
    assert asked == []
    typing.draft(draft())
    assert typing.find("v1.0") == draft()
    assert forge_of(embedded.config, environ={}, prompt=prompt).publish("v1.0").draft is False
    assert typing.ci_run("v1.0") is None
    assert len(asked) == 1


def test_a_command_that_only_looks_sees_of_a_forge_what_everybody_sees(embedded: EmbeddedForge) -> None:
    owner, looks = forge_of(embedded.config, environ=TOKEN), forge_of(embedded.config, environ={}, prompt=LOOKS)
    owner.draft(draft())
    assert looks.find("v1.0") is None
    owner.publish("v1.0")
    assert looks.find("v1.0") is not None
    with pytest.raises(Unavailable):
        looks.attach("v1.0", name="a", content=b"1")


@pytest.mark.parametrize("typed", ["wrong", "secret-of-the-forg"])
def test_a_typed_token_that_does_not_do_is_not_shown(embedded: EmbeddedForge, typed: str) -> None:
    with pytest.raises(Unavailable) as error:
        forge_of(embedded.config, environ={}, prompt=TokenPrompt(lambda _: typed)).draft(draft())
    assert typed not in str((error.value.problem, error.value.details, error.value.hint))
