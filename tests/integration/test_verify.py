"""``releasegate verify``, as a stranger types it: on what was released, and on everything that may be wrong with it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from git_repositories import git
from judge import Judge, judging, without_programs
from real_indexes import RunningIndex
from stored import store_files
from testpair import AUTHOR, configuration, make_pair, on_indexes

from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.core.evidence.merge import following
from releasegate.core.evidence.note import parse, write
from releasegate.core.release.entry import SEAL, Entry
from releasegate.frontends.program import Releasegate
from releasegate.rehearsal.index import BrokenFile, BrokenPage, EmbeddedIndex

NAME, WHEEL, SDIST = "tiny-api", "tiny_api-1.0.0-py3-none-any.whl", "tiny_api-1.0.0.tar.gz"
MORE = "tiny_api-1.0.0-1-py3-none-any.whl"
"""A wheel that installers prefer to the one that was released."""
REF = f"refs/notes/releasegate/{NAME}"
SECRET = "secret"
SIGNED = '[tool.releasegate.ci]\nallowed-signers = "allowed_signers"\n'
OTHERS = ("altered", "wheel-only", "sdist-only")
"""Indexes that hold something else than was released."""


@dataclass(frozen=True)
class World:
    """A released package: its remote, its indexes by name, and the configuration of who releases and who looks."""

    folder: Path
    indexes: dict[str, EmbeddedIndex]
    configuration: str

    @property
    def remote(self) -> Path:
        """Return the bare remote of the package."""
        return self.folder / "remotes" / f"{NAME}.git"

    def stranger(self, folder: Path, *, remote: Path | None = None) -> Path:
        """Make *folder* a project of somebody who has nothing but a clone and the configuration."""
        folder.mkdir()
        (folder / "pyproject.toml").write_text(self.configuration)
        git(folder, "clone", "--quiet", str(remote or self.remote), NAME)
        return folder

    def other_remote(self, folder: Path) -> Path:
        """Return a copy of the remote that may be changed."""
        shutil.copytree(self.remote, folder)
        return folder


def typed(folder: Path, *words: str, **more: str) -> tuple[int, str]:
    """Return the exit code and all output of ``releasegate`` in *folder*, run in this process; there is no token."""
    said = io.StringIO()
    with (
        patch.dict(os.environ, {**AUTHOR, **more}),
        chdir(folder),
        redirect_stdout(said),
        redirect_stderr(said),
        pytest.raises(SystemExit) as ended,
    ):
        Releasegate().run(["releasegate", *words])
    return int(ended.value.code or 0), said.getvalue()


def alone(settings: str) -> str:
    """Return the configuration of a project of the one package."""
    return configuration(settings).partition('[[tool.releasegate.packages]]\nname = "tiny-plugin"')[0]


def altered(wheel: bytes) -> bytes:
    """Return a wheel whose one module does something else."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel)) as before, zipfile.ZipFile(out, "w") as after:
        for info in before.infolist():
            content = before.read(info)
            after.writestr(info, content + b"\nimport evil\n" if info.filename == "tiny_api/__init__.py" else content)
    return out.getvalue()


def signing(key: Path) -> dict[str, str]:
    """Return the environment of somebody whose Git signs with a new key."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key.name, "-f", str(key)], check=True)
    settings = {"gpg.format": "ssh", "user.signingkey": str(key)}
    told = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (setting, value) in enumerate(settings.items()):
        told |= {f"GIT_CONFIG_KEY_{number}": setting, f"GIT_CONFIG_VALUE_{number}": value}
    return told


def noted(folder: Path, *, version: str, entries: Callable[[list[Entry]], list[Entry]]) -> None:
    """Push another note on the tag of *version* in the clone in *folder*, as whoever may push notes can."""
    git(folder, "fetch", "--quiet", "origin", f"+{REF}:{REF}")
    note = parse(git(folder, "notes", "--ref", REF, "show", f"v{version}^{{commit}}").encode(), package=NAME)
    records = {each: found if str(each) != version else entries(found) for each, found in note.records.items()}
    (folder.parent / "note").write_bytes(write(NAME, records, note.statements))
    commit = git(folder, "rev-parse", f"v{version}^{{commit}}")
    git(folder, "notes", "--ref", REF, "add", "--force", "--file", str(folder.parent / "note"), commit)
    git(folder, "push", "--quiet", "--force", "origin", f"{REF}:{REF}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Release 1.0.0 of the package, and give other indexes other files of it."""
    folder = tmp_path_factory.mktemp("world")
    with ExitStack() as stack:
        indexes = {
            name: stack.enter_context(EmbeddedIndex(name=name, root=folder / "indexes" / name, token=SECRET))
            for name in ("staging", "production", *OTHERS)
        }
        running = {n: RunningIndex(n, i.upload_url, i.simple_url, "__token__", SECRET) for n, i in indexes.items()}
        more = "\n".join(
            f'[tool.releasegate.indexes.{name}]\nupload = "{running[name].upload}"\nsimple = "{running[name].simple}"'
            for name in OTHERS
        )
        told = alone(f"{on_indexes(running['staging'], running['production'])}\n{more}\n{SIGNED}")
        pair = make_pair(folder, version="0.9.0")
        (pair.root / "pyproject.toml").write_text(told)
        signed = signing(folder / "ada")
        (pair.clone(NAME) / "allowed_signers").write_text(f"ada@example.org {(folder / 'ada.pub').read_text()}")
        git(pair.clone(NAME), "add", "allowed_signers")
        git(pair.clone(NAME), "commit", "--quiet", "--message=Name the keys")
        git(pair.clone(NAME), "push", "--quiet", "origin", "HEAD")
        tokens = {"STAGING_TOKEN": SECRET, "PRODUCTION_TOKEN": SECRET, **signed}
        for words in (("--rc", "--to", "1.0.0"), ()):
            with judging(Judge()), without_programs():  # what is verified is whatever was released
                code, output = typed(pair.root, "release", *words, "--yes", **tokens)
            assert code == 0, output
        kept = pair.root / ".releasegate" / "dist" / NAME / "1.0.0"
        files = {name: (kept / name).read_bytes() for name in (WHEEL, SDIST)}
        held = {
            "altered": {WHEEL: altered(files[WHEEL]), MORE: altered(altered(files[WHEEL])), SDIST: files[SDIST]},
            "wheel-only": {WHEEL: files[WHEEL]},
            "sdist-only": {SDIST: files[SDIST]},
        }
        for name, contents in held.items():
            index = SimpleIndex(running[name].config, environ=running[name].environ, workdir=folder / "tmp")
            for filename, content in contents.items():
                (sent := folder / "sent" / name / filename).parent.mkdir(parents=True, exist_ok=True)
                sent.write_bytes(content)
                store_files(index, sent)
        yield World(folder, indexes, told)


def test_what_was_released_is_proven_with_its_record_and_nothing_here_is_changed(world: World, tmp_path: Path) -> None:
    project = world.stranger(tmp_path / "project")
    before = git(project / NAME, "show-ref", "--tags", "--heads"), git(project / NAME, "status", "--porcelain")
    code, output = typed(project, "verify", NAME, "1.0.0", "--statement", "seal.json")
    assert code == 0, output
    for line in (
        f"  {WHEEL}: rebuilt from the tag, equal byte for byte",
        f"  {SDIST}: rebuilt from the tag, ",
        "every file that production lists, by its sha256",
        "  gates: ",
        "  tag: v1.0.0 names ",
        "[signed by ada@example.org, releasegate ",
        f"  provenance: production has none of {WHEEL}, {SDIST}",
        "0 contradicted, 0 not believed, 2 not recorded: nothing contradicts what production serves",
    ):
        assert line in output, output
    assert before == (
        git(project / NAME, "show-ref", "--tags", "--heads"),
        git(project / NAME, "status", "--porcelain"),
    )
    assert not list((project / ".releasegate").glob("dist/*"))
    assert not list((project / ".releasegate").glob("ledger/*"))
    said = json.loads((project / "seal.json").read_bytes())
    files = {file.filename: file.digests.sha256 for _, file in world.indexes["production"].state.files()}
    assert {each["name"]: each["digest"]["sha256"] for each in said["subject"]} == files
    assert said["predicate"]["resourceUri"].startswith("pkg:pypi/tiny-api@1.0.0?repository_url=http:%2F%2F127.0.0.1:")
    (project / "elsewhere.json").symlink_to(project / "no" / "such" / "folder")
    code, output = typed(project, "verify", NAME, "1.0.0", "--statement", "elsewhere.json")
    assert (code, "elsewhere.json cannot be written: No such file or directory." in output) == (2, True), output


def test_a_candidate_is_verified_on_its_own_index(world: World, tmp_path: Path) -> None:
    project = world.stranger(tmp_path / "project")
    code, output = typed(project, "verify", "tiny_api", "1.0.0rc1", "--index", "staging")
    assert code == 0, output
    assert "tiny-api 1.0.0rc1 on staging, from v1.0.0rc1" in output
    assert "every file that staging lists, by its sha256" in output


def test_an_altered_wheel_is_told_member_by_member(world: World, tmp_path: Path) -> None:
    code, output = typed(world.stranger(tmp_path / "project"), "verify", NAME, "1.0.0", "--index", "altered")
    assert code == 4, output
    assert f"  {WHEEL}: is not what the tag makes: 1 member differs" in output
    assert f"  {MORE}: the tag's build makes no such file" in output
    assert f"{MORE} is not sealed, and altered lists it" in output
    assert "tiny_api/__init__.py differs" in output
    assert "+import evil" in output
    assert "seal: it is of other files than altered lists" in output
    assert "what altered serves is contradicted" in output


def test_where_no_keys_are_named_what_nobody_vouches_for_is_said_not_to_be_believed(
    world: World, tmp_path: Path
) -> None:
    project = world.stranger(tmp_path / "project")
    (project / "pyproject.toml").write_text(world.configuration.replace(SIGNED, ""))
    code, output = typed(project, "verify", NAME, "1.0.0", "--statement", "seal.json")
    assert code == 3, output
    assert not (project / "seal.json").exists()
    code, output = typed(project, "verify", NAME, "1.0.0", "--index", "altered")
    assert code == 4, output
    assert "other files than those that altered lists; nobody who is believed says so" in output
    assert "are said to have passed: " in output
    assert "note: what is not believed is not signed by a key (ci.allowed-signers names none), and no forge" in output
    # Who released it knows what was made there.
    code, output = typed(world.folder, "verify", NAME, "1.0.0")
    assert code == 0, output
    assert "[made here, releasegate " in output
    assert "0 contradicted, 0 not believed" in output


def test_a_forged_seal_and_waiver_are_said_not_to_be_believed(world: World, tmp_path: Path) -> None:
    remote = world.other_remote(tmp_path / "remote.git")
    project = world.stranger(tmp_path / "project", remote=remote)

    def forged(entries: list[Entry]) -> list[Entry]:
        seal = next(each for each in entries if each.step == SEAL and each.event == "done")
        red = next(each for each in entries if each.step == "install:production" and each.event == "done")
        word: Any = {"event": "waived", "verdict": "waived", "evidence": {"by": "Eve", "reason": "trust me"}}
        files = {**seal.evidence, "files": dict.fromkeys(seal.evidence["files"], "e" * 64)}
        told = [replace(red, run="f2", event="failed", verdict="fail"), replace(red, run="f3", **word)]
        return [*entries, replace(seal, run="f1", evidence=files), *told]

    noted(project / NAME, version="1.0.0", entries=forged)
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 0, output
    before, _, doubted = output.partition("not believed:")
    assert "every file that production lists, by its sha256 [signed by ada@example.org" in before
    assert "other files than those that production lists; nobody who is believed says so [releasegate" in doubted
    assert "gate install:production: it is said to be waived by Eve: trust me" in doubted
    assert "gate install:production: it is said to have failed" in doubted
    assert "note: what is not believed is signed by no key that the release branch names" in output


def test_a_revoked_candidate_is_said_to_be_revoked_and_by_whom(world: World, tmp_path: Path) -> None:
    remote = world.other_remote(tmp_path / "remote.git")
    project = world.stranger(tmp_path / "project", remote=remote)
    word: Any = {
        "event": "revoked",
        "step": "revoked",
        "verdict": "revoked",
        "subject": "",
        "line": "1.0.0rc1 is revoked",
    }

    def revoked(entries: list[Entry]) -> list[Entry]:
        evidence = {"by": "Eve", "reason": "it loses rows"}
        later = following(entries, entries[-1].at)
        return [*entries, replace(entries[-1], at=later, run="f1", evidence=evidence, **word)]

    noted(project / NAME, version="1.0.0rc1", entries=revoked)
    code, output = typed(project, "verify", NAME, "1.0.0rc1", "--index", "staging")
    assert code == 0, output
    assert "seal: the proof is said to be taken back: 1.0.0rc1 is revoked; nobody who is believed says so" in output
    (project / "pyproject.toml").write_text(world.configuration.replace(SIGNED, ""))
    code, output = typed(project, "verify", NAME, "1.0.0rc1", "--index", "staging")
    assert code == 4, output
    assert "seal: the proof was taken back: 1.0.0rc1 is revoked [anybody may say so, releasegate" in output


def test_without_a_record_what_is_equal_is_equal_and_the_rest_is_said_not_to_be_recorded(
    world: World, tmp_path: Path
) -> None:
    remote = world.other_remote(tmp_path / "remote.git")
    git(remote, "update-ref", "-d", REF)
    project = world.stranger(tmp_path / "project", remote=remote)
    code, output = typed(project, "verify", NAME, "1.0.0", "--statement", "seal.json")
    assert code == 3, output
    assert "has no seal that fits what production lists, so nothing was written" in output
    assert not (project / "seal.json").exists()
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 0, output
    assert "  seal: there is no record" in output
    assert "gates" not in output
    assert "signature" not in output
    for index, made in (("sdist-only", WHEEL), ("wheel-only", SDIST)):
        code, output = typed(project, "verify", NAME, "1.0.0", "--index", index)
        assert code == 0, output
        assert f"  {made}: the tag's build makes it, and {index} lists none" in output
    code, output = typed(project, "verify", NAME, "1.0.0", "--index", "altered")
    assert code == 4, output


def test_a_sealed_file_that_the_index_does_not_list_is_told(world: World, tmp_path: Path) -> None:
    code, output = typed(world.stranger(tmp_path / "project"), "verify", NAME, "1.0.0", "--index", "wheel-only")
    assert code == 4, output
    assert f"{SDIST} is sealed, and wheel-only lists no such file" in output


def test_a_tag_that_was_moved_is_told_by_the_clone_or_by_the_record(world: World, tmp_path: Path) -> None:
    remote = world.other_remote(tmp_path / "remote.git")
    project = world.stranger(tmp_path / "project", remote=remote)
    earlier = git(remote, "rev-parse", "v1.0.0^{commit}~1")
    was = git(remote, "rev-parse", "v1.0.0^{commit}")
    git(remote, "tag", "--force", "v1.0.0", earlier)
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 4, output
    assert f"tag: v1.0.0 names {earlier[:12]} on origin and {was[:12]} here: it was moved" in output
    assert git(project / NAME, "rev-parse", "v1.0.0^{commit}") == was
    anew = world.stranger(tmp_path / "anew", remote=remote)
    code, output = typed(anew, "verify", NAME, "1.0.0")
    assert code == 4, output
    assert f"tag: a seal of this version is of {was[:12]}, and the tag names {earlier[:12]}" in output


def test_a_tag_that_is_only_on_the_remote_is_enough(world: World, tmp_path: Path) -> None:
    project = world.stranger(tmp_path / "project")
    clone = project / NAME
    shutil.rmtree(clone)
    git(project, "clone", "--quiet", "--no-tags", "--depth=1", world.remote.as_uri(), NAME)
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 0, output
    assert "[Git, origin]" in output
    assert git(clone, "tag") == ""


def test_what_is_damaged_once_is_asked_for_again_and_what_stays_so_is_told(world: World, tmp_path: Path) -> None:
    project, faults = world.stranger(tmp_path / "project"), world.indexes["production"].faults
    faults.add(BrokenFile("altered", WHEEL))
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 0, output
    faults.add(BrokenFile("truncated", WHEEL, times=20))
    try:
        code, output = typed(project, "verify", NAME, "1.0.0")
    finally:
        faults.clear()
    assert code == 6, output
    assert f"bytes of {WHEEL}." in output
    faults.add(BrokenFile("altered", WHEEL, times=20))
    try:
        code, output = typed(project, "verify", NAME, "1.0.0")
    finally:
        faults.clear()
    assert code == 4, output
    assert f"The bytes of {WHEEL} that production served are not what it lists." in output
    assert f"  {SDIST}: rebuilt from the tag" in output


def test_an_index_that_gives_no_hashes_is_asked_for_the_bytes(world: World, tmp_path: Path) -> None:
    world.indexes["production"].faults.add(BrokenPage("no hashes"))
    code, output = typed(world.stranger(tmp_path / "project"), "verify", NAME, "1.0.0")
    assert code == 0, output
    assert "every file that production lists, by its sha256" in output


def test_where_the_record_must_be_signed_and_is_not_it_does_not_count(world: World, tmp_path: Path) -> None:
    project = world.stranger(tmp_path / "project")
    (project / "pyproject.toml").write_text(world.configuration.replace(SIGNED, f"{SIGNED}signed = true\n"))
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 0, output
    assert "  record: The evidence on origin carries no signature that Git verifies. [origin]" in output
    assert "  seal: there is no record" in output


def test_a_yanked_release_is_verified_and_said_to_be_yanked(world: World, tmp_path: Path) -> None:
    world.indexes["production"].yank(NAME, "1.0.0")
    try:
        code, output = typed(world.stranger(tmp_path / "project"), "verify", NAME, "1.0.0")
    finally:
        world.indexes["production"].unyank(NAME, "1.0.0")
    assert code == 0, output
    assert "note: it is yanked on production" in output


def test_what_cannot_be_had_is_unavailable(world: World, tmp_path: Path) -> None:
    remote = world.other_remote(tmp_path / "remote.git")
    project = world.stranger(tmp_path / "project", remote=remote)
    code, output = typed(project, "verify", NAME, "1.0.0rc1")
    assert code == 6, output
    assert "production lists no file of tiny-api 1.0.0rc1." in output
    assert "releasegate verify tiny-api 1.0.0rc1 --index staging" in output
    code, output = typed(project, "verify", NAME, "7.0")
    assert code == 6, output
    assert "the newest that it lists: 1.0.0" in output
    git(remote, "tag", "--delete", "v1.0.0")
    git(project / NAME, "tag", "--delete", "v1.0.0")
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 6, output
    assert "tiny-api 1.0.0 on production, of which no tag is known" in output
    assert "  tag: there is no v1.0.0, here or on origin [Git]" in output
    assert f"  {WHEEL} beside {SDIST}: each of the " in output
    assert "nothing contradicts what production serves, and nothing of it was rebuilt" in output
    assert "-> Ask those who release tiny-api for the tag v1.0.0" in output
    code, output = typed(project, "verify", NAME, "1.0.0", "--index", "altered")
    assert code == 6, output
    assert " files that it installs are not in the sdist: who built it may have made them" in output
    code, output = typed(project, "verify", NAME, "1.0.0", "--index", "sdist-only")
    assert code == 6, output
    git(project / NAME, "remote", "set-url", "origin", str(tmp_path / "nowhere"))
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 6, output
    shutil.rmtree(project / NAME)
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 6, output


def test_a_tag_that_cannot_be_built_says_nothing_of_the_files(world: World, tmp_path: Path) -> None:
    project = world.stranger(tmp_path / "project")
    clone = project / NAME
    (clone / "backend.py").write_text("raise SystemExit('no compiler')\n")
    git(clone, "commit", "--quiet", "--all", "--message=Broken")
    git(clone, "remote", "remove", "origin")
    git(clone, "tag", "--force", "v1.0.0")
    code, output = typed(project, "verify", NAME, "1.0.0")
    assert code == 6, output
    assert "tiny-api 1.0.0 cannot be rebuilt here, so nothing is known of its files." in output
    assert "no compiler" in output


def test_what_was_typed_wrongly_is_told_with_the_documented_code(world: World, tmp_path: Path) -> None:
    project = world.stranger(tmp_path / "project")
    for words, told in (
        ((NAME, "one"), "'one' is not a version."),
        (("tiny-apo", "1.0"), "There is no package tiny-apo."),
        ((NAME, "1.0.0", "--index", "nowhere"), "There is no index nowhere."),
        ((NAME,), "verify needs VERSION."),
        ((NAME, "1.0.0", "--statement", "no/such/folder"), "no/such/folder is no file that can be written"),
    ):
        code, output = typed(project, "verify", *words)
        assert code == 2, output
        assert told in output


def test_the_listed_hashes_are_those_that_were_rebuilt(world: World) -> None:
    kept = world.folder / NAME
    assert kept.is_dir()
    files = {file.filename: file.digests.sha256 for _, file in world.indexes["production"].state.files()}
    built = world.folder / ".releasegate" / "dist" / NAME / "1.0.0"
    assert files == {name: hashlib.sha256((built / name).read_bytes()).hexdigest() for name in (WHEEL, SDIST)}
