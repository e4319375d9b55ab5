"""What slipped to the top of an sdist, and files that are not in the checkout."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import said, sdist, subject, tracked

from releasegate.core.audit.checks.lfs_pointers import pointers
from releasegate.core.audit.checks.sdist_top import top_of_sdist
from releasegate.core.audit.checks.submodules import from_submodules
from releasegate.core.audit.subject import Subject

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n"


def shipping(**files: bytes) -> Subject:
    return replace(subject(), sdist=sdist({**tracked(), **files}))


def test_a_sound_sdist_holds_nothing_strange() -> None:
    assert top_of_sdist(subject()) == ()
    good = {
        "Makefile": b"",
        "pyproject.toml.orig": b"",
        ".env.example": b"",
        "tests/server.pem": b"",
        "docs/log": b"",
        ".env.docker.sample": b"",
        ".env.test": b"",
        "secrets.py": b"import os",
        "tokens.md": b"ghp_short AKIA pypi-AgE",
        ".npmrc": b"save-exact=true",
        "tutorial.ipynb": b"{}",
        "cache/of_our_own.py": b"",
    }
    assert top_of_sdist(shipping(**good)) == ()


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        (".env", b"", "a key or a password"),
        ("id_rsa", b"", "a key or a password"),
        ("deploy", b"-----BEGIN RSA PRIVATE KEY-----\n", "a key or a password"),
        ("deploy.txt", b"text\n-----BEGIN PRIVATE KEY-----\n", "a key or a password"),
        ("dump.sql.gz", b"", "a dump"),
        ("db.sqlite3", b"", "a dump"),
        ("core.1234", b"", "a dump"),
        ("debug.log.1", b"", "a log"),
        ("old.tar.gz", b"", "an archive"),
        ("settings.py~", b"", "a leftover"),
        ("helper", b"\x7fELF\x02", "a program"),
        ("setup.exe", b"", "a program"),
        ("dumps/monday", b"\x7fELF", "a program"),
        ("logs/today.log", b"", "a log"),
        (".DS_Store", b"", "a leftover"),
        ("Untitled1.ipynb", b"", "a leftover"),
        ("coverage.xml", b"", "a leftover"),
        (".python_history", b"", "a leftover"),
        ("perf.data", b"", "a dump"),
        (".git-credentials", b"", "a key or a password"),
        ("client_secret.json", b"", "a key or a password"),
        ("my-service-account-1.json", b"", "a key or a password"),
        ("token.txt", b"", "a key or a password"),
        (".env.prod", b"", "a key or a password"),
        ("release.asc", b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "a key or a password"),
        ("publish.sh", b"twine upload -p pypi-AgE" + b"x" * 60, "a key or a password"),
        (".npmrc", b"//host/:_authToken=0123456789ab", "a key or a password"),
        ("settings.ini", b"key = AKIA" + b"Q2" * 8 + b"\n", "a key or a password"),
    ],
)
def test_what_looks_as_if_it_slipped_in_is_a_finding(path: str, content: bytes, kind: str) -> None:
    (found,) = said(top_of_sdist(shipping(**{path: content})))
    assert found.startswith(f"{path} at the top of the sdist looks like {kind}: ")


@pytest.mark.parametrize("folder", ["__pycache__", ".pytest_cache", ".venv", "node_modules", ".tox", "htmlcov"])
def test_a_folder_that_some_tool_keeps_for_itself_is_told_once(folder: str) -> None:
    held = {f"{folder}/{name}": b"" for name in ("a", "b/c")}
    (found,) = said(top_of_sdist(shipping(**held)))
    assert found.startswith(f"{folder} at the top of the sdist looks like a cache: ")
    assert top_of_sdist(replace(shipping(**held), previous_sdist=sdist(held))) == ()


def test_what_the_previous_sdist_had_there_is_meant() -> None:
    built = shipping(**{"dump.sql": b"", "logs/today.log": b"", "new.sql": b""})
    before = sdist({"dump.sql": b"", "logs/old.log": b""})
    (found,) = said(top_of_sdist(replace(built, previous_sdist=before)))
    assert found.startswith("new.sql at the top of the sdist looks like a dump: take it out of the repository")


def test_pointers_of_git_lfs_are_findings_in_either_archive() -> None:
    cure = "run git lfs install and git lfs pull, then build again"
    assert said(pointers(subject(add={"sample_app/logo.png": POINTER}))) == (
        f"sample_app/logo.png in the wheel is a pointer of Git LFS: {cure}.",
    )
    assert said(pointers(shipping(**{"data.bin": POINTER}))) == (
        f"data.bin in the sdist is a pointer of Git LFS: {cure}.",
    )


def test_files_and_texts_that_only_speak_of_pointers_are_no_findings() -> None:
    assert pointers(subject()) == ()
    assert pointers(shipping(**{"notes.txt": b"see " + POINTER, "long": POINTER + b"x" * 2000})) == ()


def test_files_that_come_from_a_submodule_are_told_where_the_wheel_holds_them() -> None:
    built = subject(add={"sample_app/vendored/lamp.scss": b"a{}"})
    tree = {**built.tree, "src/sample_app/vendored/lamp.scss": b"a{}", "theme/style.css": b""}
    with_modules = {"src/sample_app/vendored": "a" * 40, "theme": "b" * 40}
    assert from_submodules(replace(built, tree=tree)) == ()
    (found,) = said(from_submodules(replace(built, tree=tree, submodules=with_modules)))
    assert found.startswith(
        "src/sample_app/vendored is a Git submodule (at aaaaaaaaaaaa), and the wheel holds files of it (1): "
    )
