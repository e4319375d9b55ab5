"""GitHub's and Gitea's clients against a forge that answers as each does: the same rules hold of both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from releasegate.adapters.forges import forge_of
from releasegate.core.config import ForgeConfig
from releasegate.core.errors import Refused, Unavailable
from releasegate.ports import CiRun, Forge, ForgeRelease
from releasegate.rehearsal.forge import EmbeddedForge

COMMIT = "a" * 40
TOKEN = {"FORGE_TOKEN": "secret-of-the-forge"}


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


def draft(tag: str = "v1.0", **more: bool) -> ForgeRelease:
    return ForgeRelease(tag, COMMIT, "develop", draft=True, prerelease=False, **more)  # type: ignore[arg-type]


def test_a_draft_is_found_although_no_tag_leads_to_it(forge: Forge, embedded: EmbeddedForge) -> None:
    assert forge.find("v1.0") is None
    forge.draft(draft())
    assert forge.find("v1.0") == draft()
    assert not any("/releases/tags/" in request for request in embedded.app.seen)


def test_a_draft_of_a_tag_that_is_not_there_names_no_commit(forge: Forge) -> None:
    forge.draft(draft("v2.0"))
    found = forge.find("v2.0")
    assert found is not None
    assert found.commit == ""


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


def test_attaching_again_replaces_what_was_there(forge: Forge) -> None:
    forge.draft(draft())
    for content in (b"first", b"second", b"second"):
        forge.attach("v1.0", name="receipt.jsonl", content=content)
    assert forge.asset("v1.0", name="receipt.jsonl") == b"second"


def test_half_an_upload_is_sent_again(forge: Forge, embedded: EmbeddedForge) -> None:
    forge.draft(draft())
    number = embedded.state.releases()[0].number
    embedded.state.attach(number, name="manifest.json", content=b"whole", whole=False)
    forge.attach("v1.0", name="manifest.json", content=b"whole")
    assert [asset.whole for asset in embedded.state.releases()[0].assets] == [True]


def test_a_published_release_is_no_draft_any_more(forge: Forge) -> None:
    forge.draft(draft())
    published = forge.publish("v1.0")
    assert published == ForgeRelease("v1.0", COMMIT, "develop", draft=False, prerelease=False)
    assert forge.find("v1.0") == published


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
    forge.publish("v1.0")
    with pytest.raises(Refused, match="refused that") as refusal:
        forge.attach("v1.0", name="late", content=b"late")
    assert any("immutable" in line for line in refusal.value.details)


def test_a_release_that_is_not_immutable_takes_its_receipt_later(
    tmp_path: Path, tags: dict[str, str], embedded: EmbeddedForge
) -> None:
    with EmbeddedForge(
        tmp_path / "open", "octo/harbor", token="secret-of-the-forge", commit_of=tags.get, kind=embedded.kind,
        immutable=False,
    ) as server:  # fmt: skip
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
    for number in range(5):
        forge.attach("v1.0", name=f"file-{number}", content=b"x")
    embedded.app.small = 2
    assert forge.asset("v1.0", name="file-4") == b"x"


def test_the_rate_limit_says_when_to_come_back(forge: Forge, embedded: EmbeddedForge) -> None:
    embedded.app.limited = 1
    with pytest.raises(Unavailable, match="takes no more requests for now") as limit:
        forge.find("v1.0")
    assert "after 00:00 UTC" in limit.value.hint


def test_an_unknown_outcome_is_looked_at_again(forge: Forge, embedded: EmbeddedForge) -> None:
    embedded.app.failing, embedded.app.after = 1, True
    forge.draft(draft())
    assert len(embedded.state.releases()) == 1


def test_a_forge_that_fails_judges_nothing(forge: Forge, embedded: EmbeddedForge) -> None:
    embedded.app.failing = 3
    with pytest.raises(Unavailable, match="answered 502"):
        forge.draft(draft())
    assert embedded.state.releases() == ()


def test_a_wrong_token_names_its_variable_and_never_itself(embedded: EmbeddedForge) -> None:
    forge = forge_of(embedded.config, environ={"FORGE_TOKEN": "wrong-and-secret"})
    with pytest.raises(Unavailable, match="does not let us write") as error:
        forge.draft(draft())
    assert "FORGE_TOKEN" in error.value.hint
    assert "wrong-and-secret" not in str(error.value)


def test_without_a_token_the_variable_is_named(embedded: EmbeddedForge) -> None:
    with pytest.raises(Unavailable, match="No token for octo/harbor") as error:
        forge_of(embedded.config, environ={}).find("v1.0")
    assert "Set FORGE_TOKEN" in error.value.hint


def test_a_forge_that_is_not_there_does_not_answer(embedded: EmbeddedForge) -> None:
    gone = ForgeConfig(embedded.kind, "octo/harbor", address="http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="does not answer"):
        forge_of(gone, environ=TOKEN).find("v1.0")


@pytest.mark.parametrize("state", ["waiting", "running", "passed", "failed"])
def test_a_ci_run_is_told_by_its_tag(forge: Forge, embedded: EmbeddedForge, state: str) -> None:
    assert forge.ci_run("v1.0") is None
    embedded.run("v0.9", "failed")
    embedded.run("v1.0", state)  # type: ignore[arg-type]
    assert forge.ci_run("v1.0") == CiRun(state, f"{embedded.address}/actions/runs/1")  # type: ignore[arg-type]


def test_a_forge_that_starts_again_has_kept_everything(embedded: EmbeddedForge, forge: Forge, tmp_path: Path) -> None:
    forge.draft(draft())
    forge.attach("v1.0", name="a", content=b"1")
    again = EmbeddedForge(tmp_path, "octo/harbor", token=TOKEN["FORGE_TOKEN"], commit_of={"v1.0": COMMIT}.get)
    assert again.state.releases() == embedded.state.releases()
