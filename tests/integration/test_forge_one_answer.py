"""One answer of a forge that is none, at each of the requests that a write makes: nothing is taken for done by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from releasegate.adapters.forges import forge_of
from releasegate.core.errors import Unavailable
from releasegate.ports import Forge, ForgeRelease
from releasegate.rehearsal.forge import EmbeddedForge, Fault
from releasegate.rehearsal.forge.faults import ForgeFaults, Limit

pytestmark = pytest.mark.no_cover  # nearly all of it are the clients, thousands of times

COMMIT = "a" * 40
TOKEN = {"FORGE_TOKEN": "secret-of-the-forge"}
TAGS = tuple(f"v1.{request}" for request in range(8))
"""One for each request at which the fault comes: more than any write makes."""


@dataclass
class AtRequest(ForgeFaults):
    """A fault that comes at one request alone."""

    passing: int = 0

    def take(self, method: str) -> Fault | Limit | None:
        """Let the requests before it pass."""
        self.passing -= 1
        return super().take(method) if self.passing < 0 else None


@pytest.fixture(params=["github", "gitea"])
def embedded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedForge]:
    token = TOKEN["FORGE_TOKEN"]
    tags = dict.fromkeys(TAGS, COMMIT)
    with EmbeddedForge(tmp_path, "octo/harbor", token=token, commit_of=tags.get, kind=request.param) as forge:
        yield forge


def drafts(forge: Forge, tag: str) -> None:
    forge.draft(ForgeRelease(tag, COMMIT, "develop", draft=True, prerelease=False))


def attaches(forge: Forge, tag: str) -> None:
    forge.attach(tag, name="a", content=b"new")


def publishes(forge: Forge, tag: str) -> None:
    forge.publish(tag)


def nothing(forge: Forge, tag: str) -> None:
    """Leave the forge without the release."""


def drafted_with_another(forge: Forge, tag: str) -> None:
    drafts(forge, tag)
    forge.attach(tag, name="a", content=b"of before")


def is_drafted(forge: Forge, tag: str) -> bool:
    found = forge.find(tag)
    return found is not None and found.draft


def is_attached(forge: Forge, tag: str) -> bool:
    found = forge.find(tag)
    return found is not None and found.assets == ("a",) and forge.asset(tag, name="a") == b"new"


def is_published(forge: Forge, tag: str) -> bool:
    found = forge.find(tag)
    return found is not None and not found.draft


WRITES = {
    "draft": (nothing, drafts, is_drafted),
    "attach": (drafts, attaches, is_attached),
    "replace": (drafted_with_another, attaches, is_attached),
    "publish": (drafts, publishes, is_published),
}


@pytest.mark.parametrize("fault", ["page", "nonsense", "refuse", "missing"])
@pytest.mark.parametrize("write", WRITES)
def test_one_answer_that_is_none_is_unavailable_and_the_next_try_goes_on(
    embedded: EmbeddedForge, write: str, fault: Fault
) -> None:
    before, does, is_so = WRITES[write]
    forge = forge_of(embedded.config, environ=TOKEN)
    for request, tag in enumerate(TAGS):
        before(forge, tag)
        embedded.app.faults = AtRequest(passing=request)
        embedded.app.faults.add(fault, 1)
        try:
            does(forge, tag)
        except Unavailable:
            embedded.app.faults = ForgeFaults()
            does(forge, tag)
        embedded.app.faults = ForgeFaults()
        assert is_so(forge, tag), f"after a {fault} at request {request}"
