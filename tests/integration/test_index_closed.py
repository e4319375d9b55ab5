"""An index that nobody reads without its token: a real pypiserver, and the real pip."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from packaging.version import Version
from real_indexes import RunningIndex, closed_pypiserver

from releasegate.adapters import process
from releasegate.adapters.index import resolve
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.core.errors import ConfigurationError, Unavailable
from releasegate.rehearsal.index import sample_sdist, sample_wheel

V1 = Version("1.0rc1")
Child = tuple[Sequence[str], Mapping[str, str]]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIndex]:
    with closed_pypiserver(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def pips(monkeypatch: pytest.MonkeyPatch) -> list[Child]:
    """The words and the environment of every pip; they run all the same."""
    seen: list[Child] = []

    def run(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, timeout: float) -> process.Completed:
        seen.append((argv, env))
        return process.run(argv, env=env, cwd=cwd, timeout=timeout)

    monkeypatch.setattr(resolve, "run", run)
    return seen


def client(running: RunningIndex, work: Path, **environ: str) -> SimpleIndex:
    return SimpleIndex(running.config, environ={**running.environ, **environ}, workdir=work)


def test_what_lies_on_a_closed_index_is_listed_fetched_and_resolved(
    running: RunningIndex, tmp_path: Path, pips: list[Child]
) -> None:
    index, wheel = client(running, tmp_path / "work"), sample_wheel("closed-one", "1.0rc1")
    for sample in (wheel, sample_sdist("closed-one", "1.0rc1")):
        (tmp_path / sample.filename).write_bytes(sample.content)
        assert index.upload(tmp_path / sample.filename).exit_code == 0
    listed = {file.filename: file for file in index.files("closed-one")}
    assert index.fetch(listed[wheel.filename]) == wheel.content
    # One that was not asked before learns it for pip, too.
    fresh = client(running, tmp_path / "more")
    assert fresh.resolve("closed-one", V1, within=60) == {wheel.filename: hashlib.sha256(wheel.content).hexdigest()}
    ((words, environ),) = pips
    secret = quote(running.token, safe="")
    assert not {text for text in words if running.token in text or secret in text}
    assert [name for name, value in environ.items() if running.token in value or secret in value] == ["PIP_INDEX_URL"]
    assert not [path for path in (tmp_path / "more").rglob("*") if path.is_file()]


def test_what_pip_says_of_a_closed_index_never_shows_the_token(
    running: RunningIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, wheel = client(running, tmp_path / "work"), sample_wheel("closed-two", "1.0rc1")
    (tmp_path / wheel.filename).write_bytes(wheel.content)
    assert index.upload(tmp_path / wheel.filename).exit_code == 0

    def run(_: Sequence[str], *, env: Mapping[str, str], **__: object) -> process.Completed:
        return process.Completed(1, "", f"ERROR: {env['PIP_INDEX_URL']} broke, {running.token}")

    monkeypatch.setattr(resolve, "run", run)
    with pytest.raises(Unavailable) as failure:
        index.resolve("closed-two", V1, within=60)
    assert failure.value.details == (f"ERROR: {running.simple.replace('//', '//team:***@')}/ broke, ***",)


@pytest.mark.parametrize("token", ["", "stale"])
def test_who_may_not_read_is_told_what_to_set(running: RunningIndex, tmp_path: Path, token: str) -> None:
    index = client(running, tmp_path, INDEX_TOKEN=token)
    for ask in (lambda: index.files("closed-one"), lambda: index.resolve("closed-one", V1, within=60)):
        with pytest.raises(ConfigurationError, match=r"does not let this machine read \(40[13]\)") as refusal:
            ask()
        assert "INDEX_TOKEN" in refusal.value.hint
    another = SimpleIndex(replace(running.config, token_env=None), environ=dict(os.environ), workdir=tmp_path)
    with pytest.raises(ConfigurationError) as refusal:
        another.versions("closed-one")
    assert refusal.value.hint.endswith("indexes.pypiserver.token-env")
