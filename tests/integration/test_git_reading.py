"""What is read from a package's repository is what Git has, wherever the package lies in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, UNNAMED, add_remote, git, make_repository

from releasegate.adapters.git.command import Git
from releasegate.adapters.git.repository import GitRepository
from releasegate.core.dists.version_text import Source
from releasegate.core.errors import Refused, Unavailable

A = PurePosixPath("a.txt")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return make_repository(tmp_path / "harbor-api", {"a.txt": "one\n", "sub/b.txt": "two\n"})


@pytest.fixture
def nested(tmp_path: Path) -> GitRepository:
    """A package in a folder of a larger repository."""
    make_repository(tmp_path / "mono", {"a.txt": "top\n", "packages/api/a.txt": "api\n", "packages/api/s/b.txt": "b\n"})
    return GitRepository(tmp_path / "mono" / "packages" / "api", ENVIRON)


def test_the_head_is_the_commit_that_is_checked_out(repository: GitRepository) -> None:
    assert repository.head() == git(repository.root, "rev-parse", "HEAD")


def test_the_branch_is_named_and_a_detached_head_has_none(repository: GitRepository) -> None:
    assert repository.branch() == "develop"
    git(repository.root, "checkout", "--quiet", "--detach")
    assert repository.branch() is None


def test_changed_lists_tracked_files_that_differ_and_no_others(repository: GitRepository) -> None:
    assert repository.changed() == ()
    (repository.root / "untracked.txt").write_text("new")
    (repository.root / "a.txt").write_text("changed\n")
    git(repository.root, "rm", "--quiet", "sub/b.txt")
    assert set(repository.changed()) == {A, PurePosixPath("sub/b.txt")}


def test_a_file_that_was_moved_is_two_changed_files(repository: GitRepository) -> None:
    git(repository.root, "mv", "a.txt", "ä c.txt")
    assert set(repository.changed()) == {A, PurePosixPath("ä c.txt")}


def test_what_is_executable_is_what_the_commit_says_of_it(nested: GitRepository) -> None:
    a, b, gone = A, PurePosixPath("s/b.txt"), PurePosixPath("gone")
    (nested.root / "a.txt").chmod(0o755)
    assert nested.executables([a, b, gone], commit=nested.head()) == frozenset()
    git(nested.root, "update-index", "--chmod=+x", "s/b.txt")
    git(nested.root, "commit", "--quiet", "--message", "It runs")
    assert nested.executables([a, b, gone], commit=nested.head()) == {b}
    assert nested.executables([], commit=nested.head()) == frozenset()


def test_a_file_is_read_at_a_commit_or_as_it_lies_there(repository: GitRepository) -> None:
    first = repository.head()
    (repository.root / "a.txt").write_bytes(b"\xff\r\n\0 now")
    assert repository.read(A) == b"\xff\r\n\0 now"
    assert repository.read(A, commit=first) == b"one\n"
    git(repository.root, "commit", "--quiet", "--all", "--message=Second")
    assert repository.read(A, commit="HEAD") == b"\xff\r\n\0 now"


@pytest.mark.parametrize("path", ["missing.txt", "sub", "a.txt/below"])
def test_what_is_no_file_reads_as_none(repository: GitRepository, path: str) -> None:
    assert repository.read(PurePosixPath(path)) is None
    assert repository.read(PurePosixPath(path), commit="HEAD") is None


def test_all_files_of_a_commit_are_read_as_one_is(nested: GitRepository) -> None:
    (nested.root / "ä b.txt").write_bytes(b"no line end")
    (nested.root / "empty").touch()
    (nested.root / "link").symlink_to("a.txt")
    git(nested.root, "add", "--all")
    git(nested.root, "commit", "--quiet", "--message=More")
    paths = [PurePosixPath(name) for name in ("ä b.txt", "s", "empty", "missing", "../../a.txt", "link", "a.txt")]
    found = nested.read_all(paths, commit=nested.head())
    assert [found[path] for path in paths] == [nested.read(path, commit="HEAD") for path in paths]
    assert list(found.values())[:4] == [b"no line end", None, b"", None]
    assert found[PurePosixPath("link")] == b"a.txt"
    assert nested.read_all([], commit="HEAD") == {}
    with pytest.raises(Refused, match="failed"):
        nested.read_all(paths, commit="HEAD~9")


def test_a_commit_that_does_not_exist_is_refused(repository: GitRepository) -> None:
    with pytest.raises(Refused, match="failed") as refusal:
        repository.read(A, commit="0" * 40)
    assert any("0" * 40 in line or "not a tree" in line for line in refusal.value.details)


def test_the_paths_of_a_package_in_a_larger_repository_are_its_own(nested: GitRepository) -> None:
    (nested.root / "a.txt").write_text("changed\n")
    (nested.root.parent.parent / "a.txt").write_text("of somebody else\n")
    assert nested.changed() == (A,)
    assert nested.read(A, commit="HEAD") == b"api\n"
    assert nested.tree("HEAD") == {"a.txt": b"api\n", "s/b.txt": b"b\n"}


def test_the_tree_is_what_a_clean_checkout_has(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".gitattributes": "*.crlf text eol=crlf\n",
        "x.crlf": "1\r\n2\r\n",
        "ä.bin": b"\0\xff",
    }
    repository = make_repository(tmp_path / "harbor-api", files)
    (repository.root / "link").symlink_to("ä.bin")
    (repository.root / "out").symlink_to("/etc/hostname")
    (repository.root / "gone").symlink_to("nothing")
    (repository.root / "folder").symlink_to(".")
    git(repository.root, "add", "link", "out", "gone", "folder")
    git(repository.root, "commit", "--quiet", "--message=Link")
    (repository.root / "untracked").write_text("no")
    (repository.root / "ä.bin").write_text("changed")
    assert repository.tree("HEAD") == {
        ".gitattributes": b"*.crlf text eol=crlf\n",
        "x.crlf": b"1\r\n2\r\n",
        "ä.bin": b"\0\xff",
        "link": b"\0\xff",
        "out": b"/etc/hostname",
        "gone": b"nothing",
    }


def test_a_submodule_that_is_not_here_is_refused_but_where_no_build_needs_it(repository: GitRepository) -> None:
    git(repository.root, "update-index", "--add", "--cacheinfo", f"160000,{repository.head()},docs/theme")
    git(repository.root, "commit", "--quiet", "--message=Theme")
    assert set(repository.tree("HEAD")) == {"a.txt", "sub/b.txt"}
    git(repository.root, "update-index", "--add", "--cacheinfo", f"160000,{repository.head()},module")
    git(repository.root, "commit", "--quiet", "--message=Module")
    assert set(repository.submodules("HEAD")) == {"docs/theme", "module"}
    with pytest.raises(Refused, match="The submodule module is not here") as refusal:
        repository.tree("HEAD")
    assert refusal.value.hint.endswith("submodule update --init --recursive")
    assert set(GitRepository(repository.root / "sub", ENVIRON).tree("HEAD")) == {"b.txt"}


def with_submodule(folder: Path) -> GitRepository:
    """Make a repository with a submodule under another name than its path, which has one itself."""
    allowed = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    make_repository(folder / "inner", {"deep.txt": "deep"})
    middle = make_repository(folder / "middle", {"m.txt": "middle"})
    git(middle.root, *allowed, str(folder / "inner"), "inner")
    git(middle.root, "commit", "--quiet", "--message=Inner")
    outer = make_repository(folder / "outer", {"pkg/__init__.py": ""})
    git(outer.root, *allowed, "--name", "vendor", str(middle.root), "pkg/vendored")
    git(outer.root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
    git(outer.root, "commit", "--quiet", "--message=Vendored")
    return outer


def test_the_files_of_submodules_are_checked_out_from_what_is_here(tmp_path: Path) -> None:
    outer = with_submodule(tmp_path)
    files = {".gitmodules", "pkg/__init__.py"}
    vendored = {"pkg/vendored/.gitmodules", "pkg/vendored/m.txt", "pkg/vendored/inner/deep.txt"}
    (outer.root / "pkg/vendored/m.txt").write_text("changed")
    tree = outer.tree("HEAD")
    assert set(tree) == files | vendored
    assert tree["pkg/vendored/m.txt"] == b"middle"
    git(outer.root, "submodule", "--quiet", "deinit", "--force", "--all")
    assert set(outer.tree("HEAD")) == files | vendored
    with outer.clean_checkout("HEAD", tag="v1.0", files={PurePosixPath("pkg/__init__.py"): b"1"}) as folder:
        assert (folder / "pkg/vendored/inner/deep.txt").read_text() == "deep"
    git(outer.root, "worktree", "add", "--quiet", "--detach", str(tmp_path / "beside"))
    shutil.rmtree(outer.root / ".git/modules/vendor")
    again = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
    git(tmp_path / "beside", *again)
    assert set(GitRepository(tmp_path / "beside", ENVIRON).tree("HEAD")) == files | vendored
    with pytest.raises(Refused, match="The submodule pkg/vendored is not here"):
        outer.tree("HEAD")


def test_the_epoch_is_the_committer_s_time(repository: GitRepository) -> None:
    assert repository.epoch("HEAD") == 1_700_000_000


def test_a_clean_checkout_holds_the_commit_alone_and_is_always_removed(repository: GitRepository) -> None:
    (repository.root / "untracked.txt").write_text("new")
    kept = []
    with pytest.raises(RuntimeError), repository.clean_checkout(repository.head()) as folder:  # noqa: PT012
        kept.append(folder)
        assert sorted(path.name for path in folder.iterdir()) == [".git", "a.txt", "sub"]
        raise RuntimeError
    assert not kept[0].exists()
    assert not kept[0].parent.exists()


def test_a_build_is_made_of_a_commit_and_its_day_where_it_was_committed(repository: GitRepository) -> None:
    late = GitRepository(repository.root, {**ENVIRON, "GIT_COMMITTER_DATE": "1700000000 +1200"})
    late.commit({A: b"two\n"}, message="Second")
    assert repository.source("HEAD") == Source(repository.head(), "2023-11-15")
    assert repository.source("HEAD~1").day == "2023-11-14"


def test_a_clean_checkout_may_be_a_commit_further_and_tagged_and_nothing_of_it_stays(nested: GitRepository) -> None:
    before = (nested.head(), nested.tags())
    with nested.clean_checkout(nested.head(), tag="v1.1", files={A: b"bumped\n"}) as folder:
        changed = GitRepository(folder, ENVIRON)
        assert (folder / "a.txt").read_bytes() == b"bumped\n"
        assert changed.changed() == ()
        assert git(folder, "log", "-2", "--format=%H %ct").splitlines() == [
            f"{changed.tagged('v1.1')} {1_700_000_000 + 86400}",
            f"{before[0]} 1700000000",
        ]
    with nested.clean_checkout(nested.head(), tag="v1.0") as folder:
        assert GitRepository(folder, ENVIRON).tagged("v1.0") == before[0]
    assert (nested.head(), nested.tags()) == before


def test_a_commit_that_no_branch_leads_to_can_be_checked_out(repository: GitRepository) -> None:
    (repository.root / "a.txt").write_text("left behind\n")
    git(repository.root, "commit", "--quiet", "--all", "--message=Second")
    left = repository.head()
    git(repository.root, "reset", "--quiet", "--hard", "HEAD~1")
    with repository.clean_checkout(left) as folder:
        assert (folder / "a.txt").read_text() == "left behind\n"


def test_a_shallow_clone_can_be_checked_out(repository: GitRepository, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", repository.root.as_uri(), str(tmp_path / "shallow"))
    shallow = GitRepository(tmp_path / "shallow", ENVIRON)
    assert set(shallow.tree(shallow.head())) == {"a.txt", "sub/b.txt"}


def test_hooks_do_not_run_in_a_clean_checkout(repository: GitRepository, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "post-checkout").write_text("#!/bin/sh\ntouch spoiled\n")
    (hooks / "post-checkout").chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[core]\n\thooksPath = {hooks}\n")
    with GitRepository(repository.root, {**ENVIRON, "GIT_CONFIG_GLOBAL": str(settings)}).clean_checkout(
        "HEAD"
    ) as folder:
        assert not (folder / "spoiled").exists()


def test_a_commit_without_the_package_s_folder_is_refused(nested: GitRepository) -> None:
    (nested.root.parent / "new").mkdir()
    newcomer = GitRepository(nested.root.parent / "new", ENVIRON)
    with pytest.raises(Refused, match="has no folder packages/new"), newcomer.clean_checkout("HEAD"):
        pass


def test_a_tag_leads_to_its_commit_whether_annotated_or_not(repository: GitRepository) -> None:
    assert repository.tags() == {}
    git(repository.root, "tag", "light")
    git(repository.root, "tag", "--annotate", "--message=x", "v1.0")
    git(repository.root, "tag", "--annotate", "--message=x", "of-a-tag", "v1.0")
    head = repository.head()
    assert repository.tags() == {"light": head, "v1.0": head, "of-a-tag": head}
    assert repository.tagged("v1.0") == head
    assert repository.tagged("v2.0") is None


def test_tags_of_the_remote_count_too(repository: GitRepository, tmp_path: Path) -> None:
    bare = add_remote(repository, tmp_path / "remote.git")
    git(bare, "tag", "--annotate", "--message=x", "v0.9", "develop")
    git(repository.root, "tag", "v1.0")
    assert repository.tags() == {"v0.9": repository.head(), "v1.0": repository.head()}


def test_a_tag_that_differs_from_the_remote_s_is_refused_with_both_commits(
    repository: GitRepository, tmp_path: Path
) -> None:
    bare = add_remote(repository, tmp_path / "remote.git")
    git(bare, "tag", "v1.0", "develop")
    theirs = repository.head()
    git(repository.root, "commit", "--quiet", "--allow-empty", "--message=Second")
    git(repository.root, "tag", "v1.0")
    with pytest.raises(Refused) as refusal:
        repository.tags()
    assert repository.head() in refusal.value.problem
    assert theirs in refusal.value.problem


@pytest.mark.parametrize("name", ["elsewhere", "sub/elsewhere", "--upload-pack=touch ran;", "ext::touch ran"])
def test_what_is_no_remote_is_not_asked_whatever_git_would_make_of_its_name(
    repository: GitRepository, name: str
) -> None:
    """A folder, an address or an option of that name is no remote."""
    for folder in ("elsewhere", "sub/elsewhere"):
        other = repository.root / folder
        other.mkdir(parents=True)
        git(other, "init", "--quiet")
        git(other, "commit", "--quiet", "--allow-empty", "--message=Other")
        git(other, "tag", "v9")
    found = replace(repository, remote=name)

    assert "v9" not in found.tags()
    assert found.tagged_there("v9") is None
    assert not (repository.root / "ran").exists()


def test_a_remote_that_does_not_answer_is_unavailable(repository: GitRepository, tmp_path: Path) -> None:
    shutil.rmtree(add_remote(repository, tmp_path / "remote.git"))
    with pytest.raises(Unavailable, match="origin does not answer"):
        repository.tags()


def test_a_folder_without_git_is_refused(tmp_path: Path) -> None:
    for folder, problem, hint in (
        (tmp_path, "is not a Git repository", "make it one: git -C "),
        (tmp_path / "missing", "There is no folder", "Clone the package's repository there"),
    ):
        with pytest.raises(Refused, match=problem) as refusal:
            GitRepository(folder, UNNAMED).head()
        assert hint in refusal.value.hint


@pytest.mark.parametrize("broken", ["HEAD is gone", "it leads nowhere", "it is a file of nobody's"])
def test_a_git_folder_that_git_cannot_use_is_no_invitation_to_begin_a_repository(
    repository: GitRepository, broken: str
) -> None:
    ours = repository.root / ".git"
    if broken == "HEAD is gone":
        (ours / "HEAD").unlink()
    else:
        shutil.rmtree(ours)
        ours.write_text("gitdir: /nowhere\n" if broken == "it leads nowhere" else "nothing\n")
    with pytest.raises(Unavailable, match="Git cannot use it") as told:
        repository.head()
    assert "init" not in str(told.value)
    assert told.value.details


def test_a_repository_that_lost_its_commit_is_no_invitation_to_commit_anew(repository: GitRepository) -> None:
    shutil.rmtree(repository.root / ".git" / "objects")
    (repository.root / ".git" / "objects").mkdir()
    with pytest.raises(Unavailable, match="lacks the commit that is checked out") as told:
        repository.head()
    assert told.value.hint.endswith("fsck")


def test_the_line_that_makes_a_repository_makes_one_of_that_folder_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tiny api"
    folder.mkdir()
    (folder / "one.txt").write_text("one\n")
    (tmp_path / "beside.txt").write_text("of somebody else\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused) as refusal:
        GitRepository(folder, ENVIRON).head()
    line = refusal.value.hint.partition(": ")[2]
    environ = {**os.environ, **ENVIRON}
    subprocess.run(["sh", "-c", line], check=True, env=environ, timeout=60, capture_output=True)
    assert not (tmp_path / ".git").exists()
    assert git(folder, "ls-files") == "one.txt"


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(Refused, match="no commit yet"):
        GitRepository(tmp_path, ENVIRON).head()


def test_git_variables_of_a_hook_do_not_lead_elsewhere(repository: GitRepository, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other", {"c.txt": "three"})
    stray = {**ENVIRON, "GIT_DIR": str(other.root / ".git"), "GIT_WORK_TREE": str(other.root)}
    assert GitRepository(repository.root, stray).read(A, commit="HEAD") == b"one\n"


def test_a_file_that_cannot_be_read_says_so(repository: GitRepository) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        repository.read(PurePosixPath("x" * 5000))


def test_the_subjects_of_commits_are_read_newest_first(repository: GitRepository) -> None:
    git(repository.root, "commit", "--quiet", "--allow-empty", "--message=Second\n\nBody")
    assert repository.subjects("HEAD", since=None) == ("Second", "First")
    assert repository.subjects("HEAD", since="HEAD~1") == ("Second",)


def play_git(folder: Path, script: str) -> dict[str, str]:
    """Return an environment in which ``git`` is a script that plays a Git in trouble."""
    program = folder / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {**ENVIRON, "PATH": f"{program.parent}{os.pathsep}{ENVIRON['PATH']}"}


def test_a_repository_that_git_does_not_trust_is_unavailable(tmp_path: Path) -> None:
    words = "fatal: detected dubious ownership in repository; git config --global --add safe.directory x"
    environ = play_git(tmp_path, f"echo '{words}' >&2; exit 128")
    with pytest.raises(Unavailable, match="does not trust") as error:
        GitRepository(tmp_path, environ).head()
    assert error.value.details == (words,)


def test_a_git_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="git log did not end"):
        Git(tmp_path, play_git(tmp_path, "exec sleep 60")).ask("log", timeout=0.2)


def test_a_machine_without_git_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="git is not here"):
        GitRepository(tmp_path, {"PATH": str(tmp_path)}).head()


def test_the_workflows_are_those_at_the_top_of_the_repository_wherever_the_package_lies(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".github/workflows/a.yml": "on: push\n",
        ".gitea/workflows/b.yaml": b"\xff\n",
        ".github/actions/x/action.yml": "runs:\n",
        ".github/FUNDING.md": "x",
        "packages/api/.github/workflows/c.yml": "x",
        ".gitlab-ci.yml": "test: {}\n",
        "Makefile": "publish:\n",
        "packages/api/ship.sh": "uv publish\n",
        "packages/api/other.sh": "ls\n",
        "packages/api/data.csv": "publish\n",
        "ci/own/action.yml": "run: upload\n",
    }
    make_repository(tmp_path / "mono", {**files, "packages/api/a.txt": "api\n"})
    found = GitRepository(tmp_path / "mono" / "packages" / "api", ENVIRON).workflows("HEAD")
    assert {str(path): text for path, text in found.items()} == {
        ".github/actions/x/action.yml": "runs:\n",
        ".github/workflows/a.yml": "on: push\n",
        ".gitea/workflows/b.yaml": "\ufffd\n",
        ".gitlab-ci.yml": "test: {}\n",
        "Makefile": "publish:\n",
        "packages/api/ship.sh": "uv publish\n",
        "ci/own/action.yml": "run: upload\n",
    }


def test_where_nobody_is_told_to_run_anything_no_script_is_looked_for(tmp_path: Path) -> None:
    alone = make_repository(tmp_path / "alone", {"ship.sh": "uv publish\n", "Makefile": "publish:\n"})
    assert alone.workflows("HEAD") == {}


def test_a_file_beside_the_package_is_read_watched_and_committed(nested: GitRepository) -> None:
    beside = PurePosixPath("../../a.txt")
    assert nested.read(beside, commit="HEAD") == nested.read(beside)
    assert nested.read(beside) is not None
    (nested.root / beside).write_text("changed\n")
    assert nested.changed() == ()
    assert nested.changed(beside=[beside]) == (beside,)
    nested.commit({beside: b"bumped\n", A: b"bumped\n"}, message="Both")
    assert (nested.read(beside, commit="HEAD"), nested.read(A, commit="HEAD")) == (b"bumped\n", b"bumped\n")
    assert nested.changed(beside=[beside]) == ()


@pytest.mark.parametrize("path", ["../../../a.txt", "a/../../a.txt", "../..", "/a.txt", "../../.git/config"])
def test_a_file_outside_of_the_repository_is_never_written(nested: GitRepository, path: str) -> None:
    with pytest.raises(Refused, match="is not a file inside the repository"):
        nested.commit({PurePosixPath(path): b""}, message="Out")


@pytest.mark.parametrize("path", ["../../../a.txt", "a/../../a.txt"])
def test_a_file_outside_of_the_repository_is_not_read_either(nested: GitRepository, path: str) -> None:
    outside = PurePosixPath(path)
    for look in (
        lambda: nested.read(outside),
        lambda: nested.read(outside, commit="HEAD"),
        lambda: nested.changed(beside=[outside]),
    ):
        with pytest.raises(Refused, match="is not a file inside the repository"):
            look()


def test_the_tags_before_a_commit_are_those_that_it_contains(nested: GitRepository) -> None:
    first = nested.head()
    git(nested.root, "tag", "v1")
    nested.commit({A: b"2\n"}, message="2")
    git(nested.root, "tag", "--annotate", "--message=x", "v2")
    assert nested.tags_before(nested.head()) == {"v1": first, "v2": nested.head()}
    assert nested.tags_before(first) == {"v1": first}


def test_the_tags_at_head_are_those_of_its_commit_however_often_they_are_wrapped(nested: GitRepository) -> None:
    git(nested.root, "tag", "before")
    nested.commit({A: b"2\n"}, message="2")
    assert nested.tags_at_head() == ()
    git(nested.root, "tag", "HEAD")
    git(nested.root, "tag", "--annotate", "--message=x", "once")
    git(nested.root, "tag", "--annotate", "--message=x", "twice", "once")
    git(nested.root, "tag", "a-tree", "HEAD^{tree}")
    assert nested.tags_at_head() == ("HEAD", "once", "twice")


def test_before_the_first_commit_no_tag_is_at_head(tmp_path: Path) -> None:
    assert git(tmp_path, "init", "--quiet") == ""
    (tmp_path / "a").write_text("1\n")
    git(tmp_path, "tag", "v1", git(tmp_path, "hash-object", "-w", "a"))
    assert GitRepository(tmp_path, UNNAMED).tags_at_head() == ()


def test_the_tag_of_a_clean_checkout_is_its_only_one_and_exists_nowhere_else(nested: GitRepository) -> None:
    for name in ("v1.0rc1", "sibling-v3"):
        git(nested.root, "tag", "--annotate", "--message=x", name)
    unnamed = GitRepository(nested.root, {**UNNAMED, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "tag.gpgSign",
                                          "GIT_CONFIG_VALUE_0": "true"})  # fmt: skip
    said = []
    for _ in range(2):
        with unnamed.clean_checkout("HEAD", tag="v1.0") as folder:
            assert (
                git(folder, "describe", "--long", "--dirty") == f"v1.0-0-g{git(folder, 'rev-parse', '--short', 'HEAD')}"
            )
            assert git(folder, "tag", "--points-at", "HEAD") == "v1.0"
            said.append(git(folder, "rev-parse", "v1.0"))
    assert said[0] == said[1]
    assert "v1.0" not in nested.tags_before("HEAD")


def test_the_tag_of_a_clean_checkout_is_the_newest_though_an_older_commit_s_was_made_later(
    nested: GitRepository,
) -> None:
    late = GitRepository(nested.root, {**ENVIRON, "GIT_COMMITTER_DATE": "1800000000 +0000"})
    late.git.tell("tag", "--annotate", "--message=x", "v0.9", "HEAD")
    git(nested.root, "tag", "light")
    git(nested.root, "commit", "--quiet", "--allow-empty", "--message=Second")
    with nested.clean_checkout("HEAD", tag="v1.0") as folder:
        assert git(folder, "tag", "--list", "--sort=-creatordate").splitlines()[:2] == ["v1.0", "v0.9"]


def test_lines_are_found_in_the_work_tree_and_at_a_commit(nested: GitRepository) -> None:
    (nested.root / "ä b.txt").write_text("x\nv1.0\n")
    (nested.root / "binary").write_bytes(b"\0 1.0\n")
    git(nested.root, "add", "--all")
    (nested.root / "s" / "b.txt").write_text("1.0\n")
    assert nested.lines(r"0*1\.0*0") == ((PurePosixPath("s/b.txt"), 1, "1.0"), (PurePosixPath("ä b.txt"), 2, "v1.0"))
    assert nested.lines(r"0*1\.0*0", commit="HEAD") == ()
    assert nested.lines("^b$", commit="HEAD") == ((PurePosixPath("s/b.txt"), 1, "b"),)
    with pytest.raises(Refused, match="git grep failed"):
        nested.lines("(", commit="HEAD")


def test_lines_are_found_by_a_git_that_was_built_without_pcre(nested: GitRepository, tmp_path: Path) -> None:
    lacking = tmp_path / "bin" / "git"
    lacking.parent.mkdir()
    real = shutil.which("git", path=nested.environ["PATH"])
    refusal = "echo 'fatal: cannot use Perl-compatible regexes when not compiled with USE_LIBPCRE' >&2; exit 128"
    lacking.write_text(f"""#!/bin/sh\ncase " $* " in *" -P "*) {refusal};; esac\nexec {real} "$@"\n""")
    lacking.chmod(0o755)
    environ = {**nested.environ, "PATH": f"{lacking.parent}{os.pathsep}{nested.environ['PATH']}"}
    assert replace(nested, environ=environ).lines("^0*api$") == nested.lines("^0*api$") == ((A, 1, "api"),)
    with pytest.raises(Refused, match="git grep failed"):
        replace(nested, environ=environ).lines("(")


def test_only_a_command_that_looks_keeps_what_it_was_told(repository: GitRepository, tmp_path: Path) -> None:
    looking, head = replace(repository, asked={}), repository.head()
    assert (looking.head(), looking.read(A, commit="HEAD")) == (head, b"one\n")
    git(repository.root, "remote", "add", "origin", str(tmp_path / "nowhere"))
    for each in (looking, repository):
        with pytest.raises(Unavailable, match="origin does not answer"):
            each.tags()
    git(repository.root, "tag", "v1.0")
    git(tmp_path, "init", "--quiet", "--bare", "nowhere")
    git(repository.root, "push", "--quiet", "origin", "v1.0")
    repository.commit({A: b"two\n"}, message="Second")
    assert repository.tags() == {"v1.0": head}
    assert (looking.head(), looking.read(A, commit="HEAD")) == (head, b"one\n")
    assert looking.tags_before("HEAD") == {}
    with pytest.raises(Unavailable, match="origin does not answer"):
        looking.tags()
    assert repository.head() != head
    assert repository.read(A, commit="HEAD") == b"two\n"
