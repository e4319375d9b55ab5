"""What a wheel says about itself."""

from __future__ import annotations

import pytest
from archives import dist_info, subject

from releasegate.core.dists.archive import Members
from releasegate.core.dists.wheel import dist_info as own_folder
from releasegate.core.dists.wheel import entry_points, installed, modules, sources
from releasegate.core.errors import GateFailed


@pytest.mark.parametrize(
    ("files", "found"),
    [({"a.py": b""}, "none"), ({"a-1.dist-info/x": b"", "b-1.dist-info/x": b""}, r"a-1\.dist-info, b-1\.dist-info")],
)
def test_a_wheel_has_exactly_one_dist_info_folder(files: dict[str, bytes], found: str) -> None:
    with pytest.raises(GateFailed, match=f"exactly one .dist-info folder, not {found}"):
        own_folder(Members("a-1-py3-none-any.whl", files))


def test_entry_points_are_read_by_group_and_their_names_keep_their_case() -> None:
    points = b"[console_scripts]\nzed = a:b\nSample = a:b\n\n[gui_scripts]\nwindow = a:b\n"
    assert entry_points(subject(add={f"{dist_info()}/entry_points.txt": points}).wheel) == {
        "console_scripts": {"zed": "a:b", "Sample": "a:b"},
        "gui_scripts": {"window": "a:b"},
    }


def test_a_wheel_without_entry_points_has_no_groups() -> None:
    assert entry_points(subject(remove=[f"{dist_info()}/entry_points.txt"]).wheel) == {}


@pytest.mark.parametrize("text", [b"sample = a:b", b"\xff", b"[a]\n[a]\n"], ids=["section", "bytes", "twice"])
def test_entry_points_that_cannot_be_read_are_refused(text: bytes) -> None:
    with pytest.raises(GateFailed, match=r"entry_points\.txt in .* cannot be read"):
        entry_points(subject(add={f"{dist_info()}/entry_points.txt": text}).wheel)


def test_what_is_installed_includes_both_library_schemes_and_no_metadata() -> None:
    wheel = {
        "a.py": b"1",
        "a-1.data/purelib/b/__init__.py": b"2",
        "a-1.data/platlib/c.so": b"3",
        "a-1.data/scripts/run": b"4",
        "a-1.dist-info/METADATA": b"5",
    }
    assert installed(wheel) == {"a.py": b"1", "b/__init__.py": b"2", "c.so": b"3"}
    assert sources(wheel) == {"a.py": b"1", "b/__init__.py": b"2"}


def test_every_importable_module_is_named() -> None:
    wheel = dict.fromkeys(
        [
            "single.py",
            "pkg/__init__.py",
            "pkg/migrations/0001_initial.py",
            "pkg/fast.cpython-312-x86_64-linux-gnu.so",
            "space/inner.py",
            "pkg/__main__.py",
            "pkg/not-a-module.py",
            "../../bin/script.py",
            "pkg/two.dots.py",
            "pkg/types.pyi",
            "__init__.py",
        ],
        b"",
    )
    assert tuple(modules(installed(wheel))) == (
        "pkg",
        "pkg.fast",
        "pkg.migrations.0001_initial",
        "single",
        "space.inner",
    )
