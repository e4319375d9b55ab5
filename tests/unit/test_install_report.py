"""Proof of origin: what pip reports is held against where each file may come from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from releasegate.core.errors import Unavailable
from releasegate.core.install.installed_from import Expected, InstalledFrom, provenance_problems
from releasegate.core.install.pip_report import installed_from

DIGEST, OTHER = "a" * 64, "b" * 64
OWN = Expected("My.Plugin", "file:///here/my_plugin-1.0-py3-none-any.whl", DIGEST)
MINE = InstalledFrom("my-plugin", "1.0", OWN.url, DIGEST)


def item(name: str, *, url: str, digest: str | None = DIGEST) -> dict[str, Any]:
    archive = {} if digest is None else {"archive_info": {"hashes": {"sha256": digest}}}
    return {"download_info": {"url": url, **archive}, "metadata": {"name": name, "version": "1.0"}}


def dependency(url: str, sha256: str | None = DIGEST) -> InstalledFrom:
    return InstalledFrom("dep", "2.0", url, sha256)


def test_a_report_names_every_distribution_with_its_hash_and_host() -> None:
    report = {"version": "1", "install": [item("Some_Dep", url="https://user@Files.example:8443/x/dep.whl")]}

    (found,) = installed_from(json.dumps(report))

    assert (found.name, found.version, found.sha256) == ("some-dep", "1.0", DIGEST)
    assert found.host == "files.example:8443"


@pytest.mark.parametrize("digest", [None, "short", "z" * 64])
def test_what_is_no_sha256_counts_as_none(digest: str | None) -> None:
    report = {"version": "1", "install": [item("dep", url="https://files.example/dep.whl", digest=digest)]}

    assert installed_from(json.dumps(report))[0].sha256 is None


@pytest.mark.parametrize(
    "report",
    [
        "",
        "[]",
        '{"version": "2", "install": []}',
        '{"version": "1"}',
        '{"version": "1", "install": [{}]}',
        '{"version": "1", "install": [null]}',
        json.dumps({"version": "1", "install": [item("dep", url="https://[bad/dep.whl")]}),
        json.dumps({"version": "1", "install": [item("dep", url=7)]}),  # type: ignore[arg-type]
        '{"version": "1", "install": [{"download_info": {"url": "", "archive_info": 1}, "metadata": {}}]}',
    ],
)
def test_a_report_that_cannot_be_read_is_no_proof(report: str) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        installed_from(report)


def test_our_file_and_hashed_https_dependencies_are_where_they_must_be() -> None:
    fine = [MINE, dependency("https://files.example/dep.whl"), dependency("http://127.0.0.1:8080/dep.whl")]

    assert provenance_problems(fine, own=OWN, staging_hosts={"staging.example"}) == ()


def test_a_path_may_be_percent_encoded_either_way() -> None:
    own = Expected("my-plugin", "file:///a%2Bb/x.whl", DIGEST)

    assert (
        provenance_problems([InstalledFrom("my-plugin", "1", "file:///a+b/x.whl", DIGEST)], own=own, staging_hosts=())
        == ()
    )


def test_a_source_tree_has_no_hash() -> None:
    own = Expected("my-plugin", "file:///here/tree", None)

    assert provenance_problems([InstalledFrom("my-plugin", "1", own.url, None)], own=own, staging_hosts=()) == ()


@pytest.mark.parametrize(
    ("arrived", "problem"),
    [
        ([], "not among what was installed"),
        ([InstalledFrom("my-plugin", "1.0", "https://files.example/my_plugin.whl", DIGEST)], "not from the file"),
        ([InstalledFrom("my-plugin", "1.0", OWN.url, OTHER)], f"expected {DIGEST}"),
        ([MINE, dependency("https://staging.example/dep.whl")], "from the staging index"),
        ([MINE, dependency("https://staging.example:8443/dep.whl")], "from the staging index"),
        ([MINE, dependency("http://files.example/dep.whl")], "no https address"),
        ([MINE, dependency("http://127.0.0.1.example/dep.whl")], "no https address"),
        ([MINE, dependency("file:///cache/dep.whl")], "no https address"),
        ([MINE, dependency("https://files.example/dep.whl", None)], "without a sha256"),
    ],
)
def test_a_file_from_elsewhere_is_named(arrived: list[InstalledFrom], problem: str) -> None:
    (found,) = provenance_problems(arrived, own=OWN, staging_hosts={"staging.example", "staging.example:8443"})

    assert problem in found
