"""The embedded forge keeps the rules of the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from releasegate.core.errors import Refused
from releasegate.ports import ForgeRelease
from releasegate.rehearsal.forge import EmbeddedForge

RELEASE = ForgeRelease("v1.0", commit="c1", branch="develop", draft=True, prerelease=False)


@pytest.fixture
def remote() -> dict[str, str]:
    return {"v1.0": "c1"}


@pytest.fixture
def forge(tmp_path: Path, remote: dict[str, str]) -> EmbeddedForge:
    return EmbeddedForge(tmp_path, remote.get)


def test_a_release_is_drafted_filled_and_published_and_outlives_the_process(
    forge: EmbeddedForge, tmp_path: Path, remote: dict[str, str]
) -> None:
    assert forge.find("v1.0") is None
    forge.draft(RELEASE)
    forge.attach("v1.0", name="receipt.jsonl", content=b"{}")
    forge.attach("v1.0", name="receipt.jsonl", content=b"{}\n")
    published = forge.publish("v1.0")
    assert published == ForgeRelease("v1.0", "c1", "develop", draft=False, prerelease=False, assets=("receipt.jsonl",))
    assert EmbeddedForge(tmp_path, remote.get).find("v1.0") == published


def test_a_tag_has_one_release(forge: EmbeddedForge) -> None:
    forge.draft(RELEASE)
    with pytest.raises(Refused, match=r"v1\.0 has a release already"):
        forge.draft(RELEASE)


def test_a_release_of_a_tag_that_is_not_on_the_remote_is_refused(forge: EmbeddedForge, remote: dict[str, str]) -> None:
    remote.clear()
    with pytest.raises(Refused, match="names nothing, not c1"):
        forge.draft(RELEASE)


def test_a_tag_that_moved_is_not_published(forge: EmbeddedForge, remote: dict[str, str]) -> None:
    forge.draft(RELEASE)
    remote["v1.0"] = "c2"
    with pytest.raises(Refused, match="names c2, not c1"):
        forge.publish("v1.0")


def test_a_published_release_never_changes(forge: EmbeddedForge) -> None:
    forge.draft(RELEASE)
    forge.publish("v1.0")
    with pytest.raises(Refused, match="no draft to change"):
        forge.attach("v1.0", name="late.txt", content=b"")
    with pytest.raises(Refused, match="no draft to change"):
        forge.publish("v1.0")


def test_only_a_draft_can_be_published(forge: EmbeddedForge) -> None:
    with pytest.raises(Refused, match=r"v2\.0 has no draft"):
        forge.publish("v2.0")
