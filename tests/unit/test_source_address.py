"""Where a package's sources are, by its metadata: well-known labels, and never what a shell could misread."""

from __future__ import annotations

import pytest

from releasegate.core.dists.source_address import source_address


def named(*urls: str, home: str = "") -> str:
    lines = [f"Project-URL: {url}" for url in urls] + ([f"Home-page: {home}"] if home else [])
    return source_address("\n".join(["Metadata-Version: 2.4", "Name: sample", "Version: 1", *lines, ""]).encode())


@pytest.mark.parametrize("label", ["Source", "source-code", "Source Code", "Repository", "GitHub", "Code"])
def test_a_well_known_label_names_the_repository_wherever_it_is(label: str) -> None:
    assert named("Homepage, https://a.test", f"{label}, https://git.test/a/b") == "https://git.test/a/b"


def test_on_a_known_forge_an_address_in_a_repository_is_the_repository_s() -> None:
    assert named("Bug Tracker, https://github.com/a/b/issues") == "https://github.com/a/b"
    assert named("Source, https://github.com/a/b/tree/main/packages/c") == "https://github.com/a/b"
    assert named(home="https://gitlab.com/a/b/") == "https://gitlab.com/a/b"


@pytest.mark.parametrize(
    "url",
    [
        *("http://git.test/a/b", "https://git.test", "https://github.com/a", "git@git.test:a/b", "ext::sh -c x", ""),
        *("https://git.test/a b", "https://git.test/a;rm", "https://git.test/$(x)", "https://u:p@git.test/a/b"),
        *("https://git.test/a\x1b[31m", "-https://git.test/a/b", "https://git.test/a/b?x=1"),
    ],
)
def test_what_is_no_plain_address_is_none(url: str) -> None:
    assert named(f"Source, {url}", home=url) == ""


def test_a_page_of_another_kind_is_no_repository() -> None:
    assert named("Documentation, https://docs.test/a/b", home="https://a.test/b/c") == ""
    assert source_address(b"") == source_address(b"\xff\xfe\x00") == ""
