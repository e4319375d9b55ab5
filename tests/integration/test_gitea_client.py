"""How a Gitea is asked, where it redirects, answers in pieces, or writes what no Gitea writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from releasegate.adapters.forges import forge_of
from releasegate.adapters.forges.gitea_client import GiteaClient
from releasegate.adapters.forges.outcomes import NotShown, UnknownOutcome
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.errors import Refused, ReleasegateError, Unavailable
from releasegate.ports import ForgeRelease
from releasegate.rehearsal.index.listener import Listener

TOKEN = {"FORGE_TOKEN": "secret-of-the-forge"}
RELEASE = {
    "id": 1, "tag_name": "v1.0", "target_commitish": "develop", "draft": False, "prerelease": False, "assets": [],
}  # fmt: skip


@dataclass
class Server:
    """Answers every request as *answer* says, and remembers each with its headers."""

    answer: Callable[[Request], Response]
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request."""
        request = Request(environ)
        request.get_data()
        self.seen.append((f"{request.method} {request.path}", dict(request.headers)))
        return self.answer(request)(environ, start_response)


@contextmanager
def serving(answer: Callable[[Request], Response]) -> Iterator[Server]:
    server = Server(answer)
    listener = Listener(server, port=0)
    server.address = listener.address
    try:
        yield server
    finally:
        listener.stop()


def told(body: Any, status: int = 200) -> Callable[[Request], Response]:
    return lambda _: Response(json.dumps(body), status, mimetype="application/json")


def client(server: Server, environ: dict[str, str] = TOKEN) -> GiteaClient:
    return GiteaClient(ForgeConfig("gitea", "octo/harbor", address=f"{server.address}/"), environ)


def same(answer: Any) -> Any:
    return answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_takes_the_token_to_another_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, status: int
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    there = told(["there"])
    with serving(lambda request: Response(status=204) if request.method == "DELETE" else there(request)) as other:
        away = other.address.replace("127.0.0.1", host)
        with serving(lambda request: Response(status=status, headers={"Location": away + request.path})) as gitea:
            asked = client(gitea)
            assert asked.ask("GET", "releases", same) == ["there"]
            assert asked.download("releases/download/v1.0/a") == b'["there"]'
            asked.ask("POST", "releases/1/assets", same, sent=b"1")
            # After a 302 a client only looks: nothing was deleted.
            with pytest.raises(Unavailable) if status == 302 else nullcontext():
                asked.delete("releases/1/assets/1")
    assert [headers.get("Authorization") for _, headers in gitea.seen] == ["token secret-of-the-forge"] * 4
    assert [headers.get("Authorization") for _, headers in other.seen] == [None] * 4


def test_a_redirect_on_the_same_host_keeps_the_token() -> None:
    def answer(request: Request) -> Response:
        moved = request.path.startswith("/api/v1/repos/octo/harbor/")
        return Response(status=301, headers={"Location": "/moved"}) if moved else told([])(request)

    with serving(answer) as gitea:
        assert client(gitea).ask("GET", "releases", same) == []
    assert [headers["Authorization"] for _, headers in gitea.seen] == ["token secret-of-the-forge"] * 2


def test_a_redirect_without_end_is_no_answer() -> None:
    with (
        serving(lambda request: Response(status=302, headers={"Location": request.path})) as gitea,
        pytest.raises(UnknownOutcome, match="does not answer"),
    ):
        client(gitea).ask("GET", "releases", same)


def test_a_redirect_that_makes_a_write_a_read_is_taken_for_no_draft() -> None:
    def answer(request: Request) -> Response:
        if request.method == "POST":
            return Response(status=301, headers={"Location": request.path})
        return told([])(request)

    wanted = ForgeRelease("v1.0", "a" * 40, "develop", draft=True, prerelease=False)
    with serving(answer) as gitea, pytest.raises(UnknownOutcome, match="does not answer as Gitea does"):
        forge_of(ForgeConfig("gitea", "octo/harbor", address=gitea.address), environ=TOKEN).draft(wanted)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_nothing_is_asked_twice(status: int) -> None:
    with serving(told({"message": "later"}, status)) as gitea, pytest.raises(Unavailable):
        client(gitea).ask("POST", "releases", same, sent={"draft": True})
    assert len(gitea.seen) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"message": "no: secret-of-the-forge"}', ("no: ***",)),
        ('"no: secret-of-the-forge"', ("no: ***",)),
        ("<b>no: secret-of-the-forge</b>", ("<b>no: ***</b>",)),
        ('{"message": 7}', ()),
        ("[]", ()),
    ],
)
def test_a_refusal_has_the_words_of_the_gitea_and_never_the_token(body: str, words: tuple[str, ...]) -> None:
    with serving(lambda _: Response(body, 422)) as gitea, pytest.raises(Refused, match=r"\(422\)") as refusal:
        client(gitea).ask("POST", "releases", same, sent={"draft": True})
    assert refusal.value.details == words


def test_what_is_not_shown_is_told_apart() -> None:
    with serving(told({"message": "Not Found"}, 404)) as gitea:
        asked = client(gitea)
        with pytest.raises(NotShown, match="no such thing of octo/harbor"):
            asked.ask("GET", "tags/v1.0", same)
        with pytest.raises(NotShown, match="no such thing of octo/harbor"):
            asked.download("releases/download/v1.0/a")


@pytest.mark.parametrize("status", [204, 304, 399])
def test_an_answer_without_what_was_asked_for_is_no_answer_of_a_gitea(status: int) -> None:
    with serving(lambda _: Response(status=status)) as gitea, pytest.raises(UnknownOutcome, match="as Gitea does"):
        client(gitea).ask("GET", "releases", same)


def test_an_answer_that_breaks_off_is_none() -> None:
    def answer(_: Request) -> Response:
        return Response(iter([b"half"]), headers={"Content-Length": "8"})

    with serving(answer) as gitea, pytest.raises(UnknownOutcome, match="does not answer"):
        client(gitea).download("releases/download/v1.0/a")


@pytest.mark.parametrize(
    "wrong",
    [
        *(None, {}, [None], [7], [[]], [{}]),
        *([{**RELEASE, name: None}] for name in ("id", "tag_name", "draft", "prerelease")),
        *([{**RELEASE, name: []}] for name in ("id", "tag_name", "draft", "prerelease", "target_commitish")),
        *([{**RELEASE, "assets": assets}] for assets in ({"name": "a"}, [{"name": "a"}])),
    ],
)
def test_what_no_gitea_writes_judges_nothing(wrong: Any) -> None:
    with serving(told(wrong)) as gitea, pytest.raises(UnknownOutcome, match="does not answer as Gitea does"):
        forge_of(ForgeConfig("gitea", "octo/harbor", address=gitea.address), environ=TOKEN).find("v1.0")


@pytest.mark.parametrize("address", ["http://[", "http://127.0.0.1:port", "http://", "nowhere", ""])
def test_an_address_that_is_none_is_an_error_of_ours(address: str) -> None:
    asked = GiteaClient(ForgeConfig("gitea", "octo/harbor", address=address), TOKEN)
    with pytest.raises(ReleasegateError, match=r"octo/harbor does not answer"):
        asked.ask("GET", "releases", same)


@pytest.mark.parametrize("secret", ["two\nlines", "a\u20ac"])
def test_a_token_that_no_header_takes_is_never_told(secret: str) -> None:
    with serving(told([])) as gitea, pytest.raises(UnknownOutcome) as error:
        client(gitea, {"FORGE_TOKEN": secret}).ask("GET", "releases", same)
    assert secret not in f"{error.value} {error.value.details}"
    assert gitea.seen == []


def test_a_certificate_of_ones_own_is_believed_as_elsewhere() -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        asked = GiteaClient(ForgeConfig("gitea", "octo/harbor"), {**TOKEN, name: "own"})
        assert asked._session.verify == "own"
