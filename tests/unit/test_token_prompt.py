"""A token that is nowhere else is asked for at a terminal, and nowhere else: never in CI, never where it would show."""

from __future__ import annotations

import getpass
import io
import os
import pty
import sys
import warnings
from pathlib import Path

import pytest

from releasegate.adapters.forges.credential import ForgeCredential
from releasegate.adapters.index.twine import Uploader
from releasegate.adapters.tokens.prompt import TokenPrompt
from releasegate.adapters.tokens.shape import flaw
from releasegate.core.config.keys import ForgeConfig, IndexConfig
from releasegate.core.errors import Refused, Unavailable
from releasegate.frontends.screen.console import Screen
from releasegate.frontends.screen.secret_prompt import secret, token_prompt

CONFIG = IndexConfig("staging", "https://index.test/legacy/", "https://index.test/simple", token_env="STAGING_TOKEN")
TYPED = "typed-and-secret"


class Person:
    """Somebody who types the same to every question."""

    def __init__(self, typed: str = TYPED) -> None:
        self.typed = typed
        self.asked: list[str] = []

    def __call__(self, question: str) -> str:
        """Type."""
        self.asked.append(question)
        return self.typed


def uploader(tmp_path: Path, prompt: TokenPrompt | None, environ: dict[str, str] | None = None) -> Uploader:
    return Uploader(CONFIG, "https://index.test/legacy/", environ or {}, tmp_path, prompt)


def test_a_token_that_is_nowhere_is_asked_for_once_and_goes_to_twine_alone(tmp_path: Path) -> None:
    person = Person(f" {TYPED} \n")
    prompt = TokenPrompt(person)
    for _ in range(2):
        sends = uploader(tmp_path, prompt)
        assert sends.credential() == "given at this terminal, for this run"
        assert sends._token() == TYPED
        assert sends._environment(TYPED, home="/h")["TWINE_PASSWORD"] == TYPED
    assert person.asked == ["Token for staging (it is not shown, and not kept):"]
    assert TYPED not in f"{prompt!r}{uploader(tmp_path, prompt)!r}"
    assert TYPED not in os.environ.values()


def test_an_exported_token_is_asked_of_nobody(tmp_path: Path) -> None:
    person = Person()
    sends = uploader(tmp_path, TokenPrompt(person), {"STAGING_TOKEN": "exported"})
    assert (sends.credential(), sends._token(), person.asked) == ("STAGING_TOKEN is set", "exported", [])


def test_a_command_that_only_looks_says_that_it_will_be_asked_for(tmp_path: Path) -> None:
    sends = uploader(tmp_path, TokenPrompt(None))
    assert sends.credential() == "asked for at this terminal when a release begins"
    with pytest.raises(Refused, match="No token for staging was given"):
        sends._token()


def test_who_types_nothing_is_refused_before_anything_changes(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No token for staging was given") as refused:
        uploader(tmp_path, TokenPrompt(Person("  "))).credential()
    assert refused.value.hint.startswith("Run the same command again")


def test_where_nobody_can_be_asked_it_is_refused_as_ever(tmp_path: Path) -> None:
    sends = uploader(tmp_path, None)
    for ask in (sends.credential, sends._token):
        with pytest.raises(Refused, match=r"No token for staging\.") as refused:
            ask()
        assert refused.value.hint.startswith("Set STAGING_TOKEN")


class Terminal(io.StringIO):
    """A terminal, as far as it says so."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.mark.parametrize("name", ["CI", "GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS"])
def test_in_ci_nobody_is_asked_even_at_a_terminal(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stdout", Terminal())
    screen = Screen()
    assert token_prompt(screen, {name: "true"}, looks=False) is None
    assert token_prompt(screen, {name: "false"}, looks=False) is not None
    seen = token_prompt(screen, {}, looks=True)
    assert seen is not None
    assert seen.ask is None


@pytest.mark.parametrize(
    ("given", "shown"), [(io.StringIO(TYPED), Terminal()), (Terminal(), io.StringIO()), (None, Terminal())]
)
def test_without_a_terminal_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, given: io.StringIO | None, shown: io.StringIO
) -> None:
    monkeypatch.setattr(sys, "stdin", given)
    monkeypatch.setattr(sys, "stdout", shown)
    assert token_prompt(Screen(), {}, looks=False) is None


def test_what_is_typed_is_masked_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releasegate.frontends.screen.secret_prompt.getpass", lambda *_, **__: f"{TYPED}\n")
    screen = Screen(secrets=("other",))
    assert secret(screen, "Token:") == f"{TYPED}\n"
    assert screen.fit(f"it is {TYPED} and other") == "it is *** and ***"
    monkeypatch.setattr("releasegate.frontends.screen.secret_prompt.getpass", _ends)
    assert secret(screen, "Token:") == ""


def _ends(*_: object, **__: object) -> str:
    raise EOFError


def test_who_interrupts_the_question_for_a_secret_is_told_so_on_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("releasegate.frontends.screen.secret_prompt.getpass", interrupted)
    with pytest.raises(KeyboardInterrupt):
        secret(Screen(), "Token:")
    assert capsys.readouterr().out == "\n"


def test_a_terminal_that_would_show_it_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def shows(*_: object, **__: object) -> str:
        warnings.warn("it would show", getpass.GetPassWarning, stacklevel=2)
        return TYPED

    monkeypatch.setattr("releasegate.frontends.screen.secret_prompt.getpass", shows)
    with pytest.raises(Refused, match="would show the token"):
        secret(Screen(), "Token:")


@pytest.mark.parametrize(("held", "asked"), [(0, 0), (44, 1), (1, 0)])
def test_where_the_keyring_is_used_a_person_is_asked_only_if_it_says_that_it_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, held: int, asked: int
) -> None:
    monkeypatch.setattr("releasegate.adapters.index.twine._ASKS_KEYRING", f"raise SystemExit({held})")
    config = IndexConfig("staging", "https://index.test/legacy/", "https://index.test/simple", keyring=True)
    person = Person()
    sends = Uploader(config, "https://index.test/legacy/", dict(os.environ), tmp_path, TokenPrompt(person))
    assert sends._token() == (TYPED if asked else None)
    assert sends.credential() == ("given at this terminal, for this run" if asked else "the keyring")
    assert len(person.asked) == asked


def test_at_a_real_terminal_nothing_of_it_is_shown() -> None:
    child, terminal = pty.fork()
    if child == 0:
        said = secret(Screen(secrets=()), "Token for staging:")
        os._exit(0 if said == TYPED else 1)
    shown = b""
    while not shown.endswith(b": "):
        shown += os.read(terminal, 100)
    os.write(terminal, f"{TYPED}\n".encode())
    _, ended = os.waitpid(child, 0)
    shown += os.read(terminal, 1000)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(ended) == 0
    assert TYPED.encode() not in shown


FORGE = ForgeConfig("github", "octo/harbor")


def test_one_variable_is_asked_for_once_whichever_packages_forges_need_it() -> None:
    person = Person()
    prompt = TokenPrompt(person)
    first, second = (ForgeCredential(ForgeConfig("gitea", name, "https://forge.test"), {}, prompt) for name in "ab")
    assert (first.known, first.is_due) == ("", True)
    assert first.token() == second.token() == TYPED
    assert (second.known, second.is_due) == (TYPED, False)
    assert second.describe() == "its token is given at this terminal, for this run"
    assert person.asked == ["Token for the forge (FORGE_TOKEN) (it is not shown, and not kept):"]
    assert TYPED not in repr(first)


def test_an_exported_token_of_a_forge_is_asked_of_nobody() -> None:
    person = Person()
    known = ForgeCredential(FORGE, {"FORGE_TOKEN": " exported "}, TokenPrompt(person))
    assert (known.token(), known.describe(), known.is_due) == ("exported", "FORGE_TOKEN is set", False)
    assert person.asked == []


def test_what_only_looks_asks_a_forge_as_anybody_and_says_that_a_release_will_ask() -> None:
    looks = ForgeCredential(FORGE, {}, TokenPrompt(None))
    assert looks.token() is None
    assert looks.describe() == "its token is asked for at this terminal when a release begins"


def test_where_nobody_can_be_asked_the_variable_of_the_forge_is_named() -> None:
    nobody = ForgeCredential(FORGE, {})
    assert not nobody.is_due
    for ask in (nobody.token, nobody.describe):
        with pytest.raises(Unavailable, match="No token for octo/harbor") as error:
            ask()
        assert "Set FORGE_TOKEN" in error.value.hint


def test_who_types_no_token_for_a_forge_is_refused() -> None:
    with pytest.raises(Refused, match="No token for the forge \\(FORGE_TOKEN\\) was given"):
        ForgeCredential(FORGE, {}, TokenPrompt(Person(""))).describe()


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ('"pypi-x"', "it stands in quotes"),
        ("'x'", "it stands in quotes"),
        ("pypi-a\nb", "it has a line's end or the like in it"),
        ("pypi-a b", "it has a space in it, or a character that no token has"),
        ("pypi-ä", "it has a space in it, or a character that no token has"),
        ("${{ secrets.PYPI_TOKEN }}", "it only stands for one"),
        ("$PYPI_TOKEN", "it only stands for one"),
        ("<token>", "it only stands for one"),
        ("***", "it only stands for one"),
        ("changeme", "it only stands for one"),
        ("ghp_another", "those of this index begin with pypi-"),
    ],
)
def test_what_cannot_be_a_token_is_refused_before_anything_changes(tmp_path: Path, token: str, why: str) -> None:
    index = IndexConfig(name="pypi", token_env="STAGING_TOKEN")
    sends = Uploader(index, "https://localhost/", {"STAGING_TOKEN": token}, tmp_path)
    with pytest.raises(Refused) as refusal:
        sends.credential()
    assert refusal.value.problem == f"What STAGING_TOKEN holds is no token for pypi: {why}."
    assert token not in str(refusal.value)


def test_the_password_of_a_named_user_and_the_token_of_an_own_index_may_be_anything_on_one_line() -> None:
    assert flaw("pypi-AgE", user="__token__", public=True) == ""
    assert flaw("tok", user="__token__", public=False) == ""
    assert flaw("'my pass wörd'", user="team", public=False) == ""
    assert flaw("my\tpass", user="team", public=False) != ""
