"""Gitea's and Forgejo's releases, through the API v1.

Source: ``/swagger.v1.json`` of any instance, which both share for what is used here. An attachment is sent as plain
bytes, which old ones that know only forms refuse. Its bytes are not read through the API: they are under the
repository's path ``releases/download``, where a token is taken, too. Gitea tells no digest of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from releasegate.adapters.forges.credential import ForgeCredential
from releasegate.adapters.forges.gitea_branches import branch_takes
from releasegate.adapters.forges.gitea_records import GiteaAttachment, GiteaRelease, commit_of, each
from releasegate.adapters.forges.gitea_runs import held_runs, newest_run, outcome_of
from releasegate.adapters.forges.outcomes import NotShown, existing, is_draft, looked_at_again, published
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.evidence.belief import CiOutcome
from releasegate.core.frozen import dataclass
from releasegate.ports import BranchTakes, CiRun, ForgeRelease

if TYPE_CHECKING:
    from releasegate.adapters.forges.gitea_client import GiteaClient
    from releasegate.adapters.tokens.prompt import TokenPrompt

_PAGE = 50


@dataclass(frozen=True)
class GiteaForge:
    """The releases of one repository on a Gitea; *environ* holds the token, or *prompt* asks for it."""

    config: ForgeConfig
    environ: Mapping[str, str] = field(repr=False)
    prompt: TokenPrompt | None = None

    def credential(self) -> str:
        """Return where the token comes from: see ``ForgeCredential.describe``."""
        return self._credential.describe()

    def find(self, tag: str) -> ForgeRelease | None:
        """Return the release of *tag*, a draft too, or ``None``.

        Raises:
            Unavailable: the Gitea does not answer, or not as it should.
        """
        found = self._find(tag)
        return None if found is None else self._release(found)

    def draft(self, release: ForgeRelease) -> None:
        """Create the release as a draft, or leave the draft that is there.

        Raises:
            Refused: the tag has a published release, or the Gitea would not have it.
            Unavailable: it does not answer.
        """
        with looked_at_again(lambda: is_draft(self.find(release.tag))):
            found = self._find(release.tag)
            if found is not None and found.draft:
                return
            wanted: dict[str, str | bool] = {
                "tag_name": release.tag,
                "name": release.tag,
                "body": release.notes,
                "draft": True,
                "prerelease": release.prerelease,
                "target_commitish": release.branch,
            }
            self._client.ask("POST", "releases", GiteaRelease.of, sent=wanted)

    def attach(self, tag: str, *, name: str, content: bytes) -> None:
        """Attach a file, in place of those of the same name; where the same bytes are there, they are left alone.

        Raises:
            Refused: there is no release of *tag*, or the Gitea would not have it.
            Unavailable: it does not answer.
        """
        with looked_at_again(lambda: self.asset(tag, name=name) == content):
            release = existing(self._find(tag), tag)
            same = [attachment for attachment in self._attachments(release) if attachment.name == name]
            if len(same) == 1 and same[0].size == len(content) and self._download(tag, name) == content:
                return
            path = f"releases/{release.number}/assets"
            for attachment in same:
                self._client.delete(f"{path}/{attachment.number}")
            self._client.ask("POST", path, GiteaAttachment.of, query={"name": name}, sent=content)

    def asset(self, tag: str, *, name: str) -> bytes | None:
        """Return the bytes of an attached file, or ``None``.

        Raises:
            Unavailable: the Gitea does not answer.
        """
        found = self._find(tag)
        if found is None or all(attachment.name != name for attachment in self._attachments(found)):
            return None
        return self._download(tag, name)

    def publish(self, tag: str) -> ForgeRelease:
        """Publish the draft, or leave what is published.

        Raises:
            Refused: there is none, or the Gitea would not have it.
            Unavailable: it does not answer.
        """
        return published(lambda: self._publish(tag), lambda: self.find(tag))

    def ci_run(self, tag: str) -> CiRun | None:
        """Return the newest CI run that *tag* or its release started, or ``None``.

        Raises:
            Unavailable: the Gitea does not answer.
        """
        return newest_run(self._seen_by_all, tag)

    def waiting(self) -> tuple[CiRun, ...]:
        """Return the CI runs that wait until a person approves them; none of a Gitea that does not show its runs.

        Raises:
            Unavailable: the Gitea does not answer, or not as it should.
        """
        return held_runs(self._seen_by_all)

    def outcome(self, run: int) -> CiOutcome | None:
        """Return how the CI run of that number ended; ``None`` where the Gitea knows of none.

        Without a token it is asked all the same: of a public repository anybody may know.

        Raises:
            Unavailable: the Gitea does not answer.
        """
        try:
            client = self._asking(anonymous=not self._credential.known)
            return client.ask("GET", f"actions/runs/{run}", outcome_of)
        except NotShown:
            return None

    def takes(self, branch: str) -> BranchTakes | None:
        """Return what *branch* takes from the token's owner; see ``gitea_branches``.

        Raises:
            Unavailable: the Gitea does not answer.
        """
        known = bool(self._credential.known)
        return branch_takes(self._asking(anonymous=not known), branch, as_somebody=known)

    @cached_property
    def _client(self) -> GiteaClient:
        if not self._credential.is_due:
            self._credential.token()  # without one nothing is asked, and no library is waited for
        return self._asking()

    def _asking(self, *, anonymous: bool = False) -> GiteaClient:
        # With requests, which takes a while to import: only who asks a Gitea something waits for it.
        from releasegate.adapters.forges.gitea_client import GiteaClient  # noqa: PLC0415

        return GiteaClient(self.config, self.environ, self.prompt, anonymous)

    @property
    def _seen_by_all(self) -> GiteaClient:
        """The client for what a public repository shows anybody: nobody is asked for a token to see that."""
        return self._asking(anonymous=True) if self._credential.is_due else self._client

    @cached_property
    def _credential(self) -> ForgeCredential:
        return ForgeCredential(self.config, self.environ, self.prompt)

    def _find(self, tag: str) -> GiteaRelease | None:
        number = 1
        while page := self._client.ask(
            "GET", "releases", each(GiteaRelease.of), query={"page": number, "limit": _PAGE}
        ):
            for release in page:
                if release.tag == tag:
                    return release
            number += 1
        return None

    def _publish(self, tag: str) -> ForgeRelease:
        found = existing(self._find(tag), tag)
        if found.draft:
            found = self._client.ask("PATCH", f"releases/{found.number}", GiteaRelease.of, sent={"draft": False})
        return self._release(found)

    def _release(self, found: GiteaRelease) -> ForgeRelease:
        return ForgeRelease(
            tag=found.tag,
            commit=self._commit(found.tag),
            branch=found.branch,
            draft=found.draft,
            prerelease=found.prerelease,
            assets=tuple(sorted(attachment.name for attachment in found.attachments)),
        )

    def _commit(self, tag: str) -> str:
        """Return the commit that the tag names there; empty where there is no such tag yet."""
        try:
            return self._client.ask("GET", f"tags/{quote(tag)}", commit_of)
        except NotShown:
            return ""

    def _attachments(self, release: GiteaRelease) -> tuple[GiteaAttachment, ...]:
        return self._client.ask("GET", f"releases/{release.number}/assets", each(GiteaAttachment.of))

    def _download(self, tag: str, name: str) -> bytes:
        # Not the address in the answer: the token goes to the configured forge and to nobody else.
        return self._client.download(f"releases/download/{quote(tag, safe='')}/{quote(name, safe='')}")
