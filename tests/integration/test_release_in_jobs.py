"""A release in the jobs of a CI run, each on a machine of its own: what each does, and what it does not believe."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from git_repositories import git
from packaging.version import Version
from real_indexes import RunningIndex
from testpair import AUTHOR, CHECKS, make_pair, on_indexes

from releasegate.adapters.ledger.files import FileLedger
from releasegate.core.errors import ConfigurationError, GateFailed, Refused
from releasegate.core.release.entry import SEAL, Entry
from releasegate.frontends.program import Releasegate
from releasegate.rehearsal.index import EmbeddedIndex

RC = Version("1.0.0rc1")
SECRETS = {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"}


class Forge:
    """What a CI runner says of a person's dispatch; every job begins with what the remotes have."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root, self.patch = root, patch
        self.dispatched("staging")
        runner = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "workflow_dispatch",
            "GITHUB_REF": "refs/heads/develop",
            "GITHUB_REPOSITORY": "ada/tiny",
            "GITHUB_EVENT_PATH": str(root / "event.json"),
        }
        for name, value in {**AUTHOR, **SECRETS, **runner}.items():
            patch.setenv(name, value)

    def dispatched(self, target: str) -> None:
        """Let a person have pressed the button for *target*."""
        inputs = {"target": target, "package": "tiny-api"}
        (self.root / "event.json").write_text(json.dumps({"inputs": inputs}))

    def machine(self, name: str) -> Path:
        """Return a fresh checkout of all."""
        folder = self.root / "machines" / name
        shutil.copytree(self.root / "checkout", folder, symlinks=True, dirs_exist_ok=True)
        for package in CHECKS:
            git(folder / package, "pull", "--quiet", "--tags", "origin", "develop")
        return folder

    def job(self, name: str, *words: str, index: str = "staging") -> int:
        """Do one job's part on a machine of its own; return the exit code."""
        self.patch.chdir(self.machine(f"{name}-{index}"))
        with pytest.raises(SystemExit) as ended:
            Releasegate().run(
                ["releasegate", "release", "--event", "--yes", "--job", name, "--index", index, *map(str, words)]
            )
        return int(ended.value.code or 0)

    @property
    def files(self) -> Path:
        """What the job that builds hands over."""
        return self.root / "handed" / "files"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A candidate that was built by one job and uploaded by another; nobody has judged it."""
    root = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch, EmbeddedIndex(name="x", root=root / "index", token="secret") as index:
        running = RunningIndex("x", index.upload_url, index.simple_url, "__token__", "secret")
        make_pair(root / "checkout", settings=on_indexes(running, running))
        forge = Forge(root, patch)
        assert forge.job("build", "--given", str(forge.files)) == 0
        assert git(root / "checkout" / "remotes" / "tiny-api.git", "tag") == "", "who builds publishes nothing"
        assert forge.job("publish", "--taken", str(forge.files)) == 0
        assert git(root / "checkout" / "remotes" / "tiny-api.git", "tag") == f"v{RC}"
        yield root


@pytest.fixture
def forge(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Forge:
    """Return a forge of one's own that has what was published."""
    shutil.copytree(published / "checkout", tmp_path / "checkout", symlinks=True)
    shutil.copytree(published / "handed", tmp_path / "handed")
    for package in CHECKS:
        git(tmp_path / "checkout" / package, "remote", "set-url", "origin", str(remote(tmp_path, package)))
    return Forge(tmp_path, monkeypatch)


def remote(root: Path, package: str) -> Path:
    return root / "checkout" / "remotes" / f"{package}.git"


def recorded(root: Path, machine: str) -> Sequence[Entry]:
    folder = root / "machines" / machine / ".releasegate" / "ledger" / "tiny-api"
    return FileLedger(folder).read(RC)


def test_what_was_judged_on_another_machine_is_sealed(forge: Forge, capsys: pytest.CaptureFixture[str]) -> None:
    judged = forge.root / "handed" / "judged"
    assert forge.job("judge", "--taken", str(forge.files), "--given", str(judged)) == 0, capsys.readouterr().err
    assert (judged / "staging" / "nothing").is_file(), "there is always something to take over"
    assert git(remote(forge.root, "tiny-api"), "tag") == f"v{RC}"
    assert forge.job("seal", "--taken", str(forge.root / "handed")) == 0, capsys.readouterr().err
    steps = [entry.step for entry in recorded(forge.root, "seal-staging") if entry.event == "done"]
    assert steps[-1] == SEAL
    assert {"install:staging", "e2e:staging"} <= set(steps)


def test_what_nobody_judged_is_not_sealed(forge: Forge, capsys: pytest.CaptureFixture[str]) -> None:
    assert forge.job("seal", "--taken", str(forge.files)) == GateFailed.exit_code
    assert f"Nobody judged {RC} by install:staging" in capsys.readouterr().err
    assert SEAL not in {entry.step for entry in recorded(forge.root, "seal-staging")}


def test_what_another_machine_found_to_fail_is_not_sealed(forge: Forge, capsys: pytest.CaptureFixture[str]) -> None:
    told = Entry(
        "2026-01-01T00:00:00.000000+00:00",
        "run",
        "install:staging",
        "failed",
        "bytes",
        "install it",
        verdict="fail",
        evidence={"problem": "It does not import."},
    )
    FileLedger(forge.root / "handed" / "judged" / "staging" / "ledger" / "tiny-api").append(RC, told)
    assert forge.job("seal", "--taken", str(forge.root / "handed")) == GateFailed.exit_code
    err = capsys.readouterr().err
    assert f"tiny-api {RC} did not pass" in err
    assert "It does not import." in err


def test_a_judging_job_that_fails_hands_over_what_it_found(forge: Forge, capsys: pytest.CaptureFixture[str]) -> None:
    judged = forge.root / "handed" / "judged"
    next(forge.files.rglob("*.whl")).unlink()
    assert forge.job("judge", "--taken", str(forge.files), "--given", str(judged)) == GateFailed.exit_code
    assert "not those of their manifest" in capsys.readouterr().err
    assert (judged / "staging" / "nothing").is_file()


def test_what_a_candidate_failed_at_before_its_final_is_told_to_everybody(forge: Forge) -> None:
    forge.dispatched("production")
    proven = forge.root / "handed" / "proven-production"
    failed: Any = {"verdict": "fail", "evidence": {"problem": "It does not import."}}
    red = Entry("2026-01-01T00:00:00.000000+00:00", "ci-7-ab", "install:staging", "failed", "b", "install it", **failed)
    sealed = Entry("2026-01-01T00:00:00.000000+00:00", "ci-7-ab", SEAL, "done", "", "record it as proven")
    for each in (red, sealed):
        FileLedger(proven / "production" / "ledger" / "tiny-api").append(RC, each)
    assert forge.job("tell", "--taken", str(proven), index="production") == 0
    ref = "refs/notes/releasegate/tiny-api"
    note = git(remote(forge.root, "tiny-api"), "notes", "--ref", ref, "show", f"v{RC}^{{commit}}")
    assert "It does not import." in note
    assert "record it as proven" not in note, "who proves does not seal"
    assert forge.job("tell", "--taken", str(forge.root / "nothing"), index="production") == 0


@pytest.mark.parametrize("job", ["build", "publish", "judge", "seal"])
def test_jobs_of_an_index_that_nothing_goes_to_have_nothing_to_do(
    forge: Forge, job: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = forge.root / "given"
    words = ("--given", str(given)) if job in {"build", "judge"} else ()
    taken = ("--taken", str(forge.root / "none")) if job != "build" else ()
    assert forge.job(job, *taken, *words, index="production") == 0
    assert "nothing of it goes to production" in capsys.readouterr().out
    # A job that hands over leaves a word, so that there is an artifact to take over.
    assert [path.name for path in given.rglob("*") if path.is_file()] == ["nothing"] * bool(words)


def test_a_job_that_was_handed_nothing_or_another_version_is_refused(
    forge: Forge, capsys: pytest.CaptureFixture[str]
) -> None:
    assert forge.job("judge", "--taken", str(forge.root / "none")) == Refused.exit_code
    assert f"Nothing was handed over, and as things stand {RC} is to be released." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "problem", "hint"),
    [
        (("--event", "--index", "staging"), "are for one job of CI", "Add --job"),
        (("--event", "--taken", "x"), "are for one job of CI", "Add --job"),
        (("--event", "--given", "x"), "are for one job of CI", "Add --job"),
        (("--event", "--job", "bake"), "There is no job bake.", "build, publish, judge, seal"),
        (("--event", "--job", "build"), "build is about one index.", "Add --index staging or production"),
        (("--job", "build", "--index", "staging"), "a part of what an event asks for", "Add --event"),
        (("--event", "--job", "seal", "--index", "staging"), "from what other jobs handed over", "Add --taken FOLDER"),
    ],
)
def test_words_that_make_no_job_are_refused_with_what_to_add(
    forge: Forge, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], problem: str, hint: str
) -> None:
    forge.patch.chdir(forge.root / "checkout")
    with pytest.raises(SystemExit) as ended:
        Releasegate().run(["releasegate", "release", *words])
    err = capsys.readouterr().err
    assert ended.value.code == ConfigurationError.exit_code
    assert problem in err
    assert hint in err
