"""A final is its candidate but for the version; every other difference refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from archives import PACKAGE, dist_info, metadata, sdist, sealed, tracked, wheel, wheel_files

from releasegate.core.dists.archive import Members
from releasegate.core.dists.diff import LINES, lines_between
from releasegate.core.dists.promotion import Built, Difference, PromotionProof, compare
from releasegate.core.dists.version_text import Source
from releasegate.core.dists.wheel import record_row
from releasegate.core.enumerated import counted
from releasegate.core.errors import ReleasegateError

RC, FINAL = "1.0rc2", "1.0"
INFO = dist_info(FINAL)
SOURCES = (Source("0" * 40, "2026-11-26"), Source("f" * 40, "2026-11-27"))
EGG = "src/sample_app.egg-info"


def built(version: str, *, tree: Mapping[str, bytes] | None = None) -> Built:
    made_of = tree or tracked(version)
    files = wheel_files(made_of, version=version)
    return Built(version, wheel(files, version=version), sdist(made_of, version=version), SOURCES[version == FINAL])


def with_wheel(add: Mapping[str, bytes], *, remove: Iterable[str] = (), executable: Iterable[str] = ()) -> Built:
    """Return the final with other files in its wheel, and a RECORD that is right."""
    files = wheel_files(tracked(FINAL), version=FINAL) | dict(add)
    held = {path: data for path, data in files.items() if path not in set(remove)}
    return replace(built(FINAL), wheel=wheel(held, version=FINAL, executable=executable))


def with_sdist(add: Mapping[str, bytes]) -> Built:
    final = built(FINAL)
    return replace(final, sdist=replace(final.sdist, files={**final.sdist, **add}))


def proof(final: Built, *, candidate: Built | None = None, tree: Mapping[str, bytes] | None = None) -> PromotionProof:
    return compare(candidate or built(RC), final, package=PACKAGE, tracked=tree or tracked(RC))


def found(final: Built) -> list[str]:
    """Return the differences as sentences, but for RECORD, which follows the others."""
    result = proof(final)
    assert not result.ok
    return [str(difference) for difference in result.differences if not difference.path.endswith("/RECORD")]


@pytest.mark.parametrize(("before", "after"), [(RC, FINAL), ("1.0.post1.dev3", "1.0.post1")])
def test_a_final_that_differs_in_its_version_only_is_proven(before: str, after: str) -> None:
    result = proof(built(after), candidate=built(before))
    assert result.ok
    assert result.differences == ()
    assert result.changed == (
        f"wheel: {dist_info(after)}/METADATA",
        f"wheel: {dist_info(after)}/RECORD",
        "wheel: sample_app/__init__.py",
        "sdist: PKG-INFO",
        "sdist: pyproject.toml",
        "sdist: src/sample_app.egg-info/PKG-INFO",
        "sdist: src/sample_app/__init__.py",
        "sdist: uv.lock",
    )


def test_the_order_of_members_and_of_record_says_nothing() -> None:
    files = wheel_files(tracked(FINAL), version=FINAL)
    final = replace(built(FINAL), wheel=wheel(dict(reversed(files.items())), version=FINAL))
    assert proof(final).ok


def test_data_files_move_with_their_folder() -> None:
    candidate = wheel(
        wheel_files(tracked(RC), version=RC) | {f"sample_app-{RC}.data/scripts/run": b"1"},
        version=RC,
        executable=[f"sample_app-{RC}.data/scripts/run"],
    )
    moved = f"sample_app-{FINAL}.data/scripts/run"
    final = with_wheel({moved: b"1"}, executable=[moved])
    assert proof(final, candidate=replace(built(RC), wheel=candidate)).ok


def test_a_package_without_a_src_layout_is_proven_too() -> None:
    place = replace(PACKAGE.version_files[1], path=PACKAGE.version_files[1].path.relative_to("src"))
    package = replace(PACKAGE, version_files=(PACKAGE.version_files[0], place))
    flat = {
        version: Built(
            version,
            wheel=wheel(wheel_files(tracked(version), version=version), version=version),
            sdist=Members("s", {"sample_app/__init__.py": tracked(version)["src/sample_app/__init__.py"]}),
            source=SOURCES[0],
        )
        for version in (RC, FINAL)
    }
    assert compare(flat[RC], flat[FINAL], package=package, tracked=tracked(RC)).ok


def test_an_extra_file_is_refused() -> None:
    assert found(with_wheel({"sample_app/extra.py": b""})) == ["sample_app/extra.py in the wheel is only in the final"]
    assert found(with_sdist({"extra.py": b""})) == ["extra.py in the sdist is only in the final"]


def test_a_missing_file_is_refused() -> None:
    missing = with_wheel({}, remove=["sample_app/cli.py"])
    assert found(missing) == ["sample_app/cli.py in the wheel is missing from the final"]


def test_a_changed_byte_is_refused_and_shown() -> None:
    final = with_wheel({"sample_app/migrations/0001_initial.py": b"FIELDS = 2\n"})
    (difference,) = (d for d in proof(final).differences if not d.path.endswith("/RECORD"))
    lines = ("--- candidate", "+++ final", "@@ -1,2 +1,2 @@", "-FIELDS = 1", "+FIELDS = 2", " ")
    assert difference == Difference("wheel", "sample_app/migrations/0001_initial.py", "differs", lines)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Requires-Dist: six", b"Requires-Dist: six>=1"),
        (b"Requires-Python: >=3.11", b"Requires-Python: >=3.12"),
        (b"# Sample", b"# Sample 1.0"),
        (b"Version: 1.0\n", b"Version: 1.0rc2\n"),
    ],
    ids=["dependency", "python", "description", "version"],
)
def test_changed_metadata_is_refused(before: bytes, after: bytes) -> None:
    changed = metadata(FINAL).replace(before, after)
    assert found(with_wheel({f"{INFO}/METADATA": changed})) == [f"{INFO}/METADATA in the wheel differs"]
    assert found(with_sdist({"PKG-INFO": changed})) == ["PKG-INFO in the sdist differs"]
    assert found(with_sdist({f"{EGG}/PKG-INFO": changed})) == [f"{EGG}/PKG-INFO in the sdist differs"]


def test_a_list_of_sources_that_changed_is_refused() -> None:
    assert found(with_sdist({f"{EGG}/SOURCES.txt": b""})) == [f"{EGG}/SOURCES.txt in the sdist differs"]


@pytest.mark.parametrize("version", ["1.0rc2", "1.0.1"])
@pytest.mark.parametrize("path", ["pyproject.toml", "uv.lock", "src/sample_app/__init__.py"])
def test_a_place_with_the_wrong_version_is_refused(path: str, version: str) -> None:
    assert found(with_sdist({path: tracked(version)[path]})) == [f"{path} in the sdist differs"]


def test_a_place_in_the_wheel_with_the_wrong_version_is_refused() -> None:
    init = "sample_app/__init__.py"
    assert found(with_wheel({init: b'__version__ = "1.0rc2"\n'})) == [f"{init} in the wheel differs"]


def test_a_place_in_which_more_than_the_version_changed_is_refused() -> None:
    init = "sample_app/__init__.py"
    assert found(with_wheel({init: b'__version__ = "1.0"  # final\n'})) == [f"{init} in the wheel differs"]


def test_the_versions_text_in_any_other_file_may_not_change() -> None:
    tree = {**tracked(RC), "README.md": b"Version 1.0rc2\n"}
    final = built(FINAL, tree={**tracked(FINAL), "README.md": b"Version 1.0\n"})
    found = proof(final, candidate=built(RC, tree=tree), tree=tree)
    assert [str(d) for d in found.differences] == ["README.md in the sdist differs"]


def written(version: str, content: str) -> Built:
    """Return a build with a file that its backend wrote into both archives; ``@`` is the version."""
    data, made = content.replace("@", version).encode(), built(version)
    files = wheel_files(tracked(version), version=version) | {"sample_app/_version.py": data}
    source = replace(made.sdist, files={**made.sdist.files, "pyproject.toml.orig": data})
    return replace(made, wheel=wheel(files, version=version), sdist=source)


def test_what_a_backend_writes_may_differ_by_the_versions_text() -> None:
    result = proof(written(FINAL, '__version__ = "@"\n'), candidate=written(RC, '__version__ = "@"\n'))
    assert result.ok
    assert {"wheel: sample_app/_version.py", "sdist: pyproject.toml.orig"} <= set(result.changed)
    # A requirement on another package of the very same version stays as it is.
    assert proof(written(FINAL, "@ needs 1.0rc2\n"), candidate=written(RC, "@ needs 1.0rc2\n")).ok


def test_a_copy_of_a_version_file_follows_it_and_a_version_file_changes_nowhere_else() -> None:
    # uv_build copies pyproject.toml, byte for byte.
    copy = tracked("@")["pyproject.toml"].decode()
    assert proof(written(FINAL, copy), candidate=written(RC, copy)).ok
    init = "src/sample_app/__init__.py"
    before, after = (tracked(v) | {init: f'__version__ = "{v}"\nOLDEST = "{v}"\n'.encode()} for v in (RC, FINAL))
    refused = proof(built(FINAL, tree=after), candidate=built(RC, tree=before), tree=before)
    assert {d.path for d in refused.differences} == {"sample_app/__init__.py", f"{INFO}/RECORD", init}


def test_a_file_of_git_is_known_wherever_a_backend_puts_it() -> None:
    tree = {**tracked(RC), "lib/_version.py": b'__version__ = "1.0rc2"\n'}
    refused = proof(written(FINAL, '__version__ = "@"\n'), candidate=written(RC, '__version__ = "@"\n'), tree=tree)
    assert {d.path for d in refused.differences} == {"sample_app/_version.py", f"{INFO}/RECORD"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('v = "@"\n', 'v = "@"  # today\n'),
        ('v = "@"\n', 'v = "@."\n'),
        ('v = "1.0rc2"\n', 'v = "1.0.1"\n'),
        ("11.0rc2\n", "11.0\n"),
        ("1.0rc21\n", "1.01\n"),
        ("on 26 November\n@", "on 27 November\n@"),
        ("", "@"),
    ],
)
def test_what_a_backend_writes_may_differ_by_nothing_else(before: str, after: str) -> None:
    sentences = {str(d) for d in proof(written(FINAL, after), candidate=written(RC, before)).differences}
    assert {"sample_app/_version.py in the wheel differs", "pyproject.toml.orig in the sdist differs"} <= sentences


def rewritten(version: str, pyproject: str) -> Built:
    """Return a build whose backend wrote ``pyproject.toml`` anew in the sdist; ``@`` is the version."""
    made = built(version)
    data = pyproject.replace("@", version).encode()
    return replace(made, sdist=replace(made.sdist, files={**made.sdist.files, "pyproject.toml": data}))


@pytest.mark.parametrize(
    "text", ['[project]\nversion = "@"  # written\n', '[tool]\nmade = "@"\n'], ids=["key", "no key"]
)
def test_a_version_file_that_a_backend_wrote_anew_may_differ_by_the_version(text: str) -> None:
    assert proof(rewritten(FINAL, text), candidate=rewritten(RC, text)).ok
    more = proof(rewritten(FINAL, f"{text}#"), candidate=rewritten(RC, text))
    assert [str(d) for d in more.differences] == ["pyproject.toml in the sdist differs"]


def test_a_version_file_of_git_that_states_no_version_cannot_be_promoted() -> None:
    tree = {**tracked(RC), "pyproject.toml": b"[tool]\n"}
    with pytest.raises(ReleasegateError):
        proof(built(FINAL), candidate=built(RC, tree=tree), tree=tree)


def described(version: str, more: str) -> Built:
    """Return a build whose metadata says *more* in its description or its header; ``@`` is the version."""
    made, said = built(version), metadata(version).replace(b"Requires-Dist: six", more.replace("@", version).encode())
    files = wheel_files(tracked(version), version=version) | {f"{dist_info(version)}/METADATA": said}
    source = replace(made.sdist, files={**made.sdist.files, "PKG-INFO": said})
    return replace(made, wheel=wheel(files, version=version), sdist=source)


def test_metadata_may_name_the_version_but_not_require_it() -> None:
    url = "Project-URL: Changes, https://harbor.example/@"
    assert proof(described(FINAL, url), candidate=described(RC, url)).ok
    other = proof(described(FINAL, url.replace("@", "1.0.1")), candidate=described(RC, url))
    needs = "Requires-Dist: sample-core==@"
    pinned = proof(described(FINAL, needs), candidate=described(RC, needs))
    for result in (other, pinned):
        assert {d.path for d in result.differences} == {f"{INFO}/METADATA", f"{INFO}/RECORD", "PKG-INFO"}


def test_another_build_tool_is_refused() -> None:
    stamped = {f"{INFO}/WHEEL": wheel_files(tracked())[f"{INFO}/WHEEL"].replace(b"by hand", b"another")}
    assert found(with_wheel(stamped)) == [f"{INFO}/WHEEL in the wheel differs"]


def test_an_execute_bit_that_changed_is_refused() -> None:
    script = "sample_app/cli.py"
    executable = with_wheel({}, executable=[script])
    assert found(executable) == [f"{script} in the wheel is executable in the final only"]
    candidate = replace(built(RC), wheel=replace(built(RC).wheel, executable=frozenset({script})))
    (difference,) = proof(built(FINAL), candidate=candidate).differences
    assert str(difference) == f"{script} in the wheel is executable in the candidate only"


def test_a_dist_info_folder_with_the_wrong_version_is_refused() -> None:
    stale = wheel(wheel_files(tracked(FINAL), version="1.0.1"), version="1.0.1")
    sentences = [str(d) for d in proof(replace(built(FINAL), wheel=stale)).differences]
    assert f"{INFO}/METADATA in the wheel is missing from the final" in sentences
    assert f"{dist_info('1.0.1')}/METADATA in the wheel is only in the final" in sentences


@pytest.mark.parametrize("path", ["sample_app/cli.py", "sample_app/__init__.py"])
def test_a_record_with_a_wrong_hash_is_refused(path: str) -> None:
    final = built(FINAL)
    record = f"{INFO}/RECORD"
    right, wrong = (",".join(record_row(path, data)).encode() for data in (final.wheel[path], b"?" * 9))
    forged = {**final.wheel, record: final.wheel[record].replace(right, wrong)}
    result = proof(replace(final, wheel=replace(final.wheel, files=forged)))
    assert [str(difference) for difference in result.differences] == [f"{record} in the wheel differs"]
    assert f"wheel: {record}" not in result.changed


def test_a_wheel_without_record_cannot_be_proven() -> None:
    files = {path: data for path, data in sealed({}, version=FINAL).items() if not path.endswith("/RECORD")}
    hollow = Members("sample_app-1.0-py3-none-any.whl", {**files, f"{INFO}/WHEEL": b""})
    with pytest.raises(ReleasegateError, match="has no"):
        proof(replace(built(FINAL), wheel=hollow))


def test_a_long_difference_is_cut() -> None:
    lines = lines_between(b"a\n" * 100, b"b\n" * 100)
    assert len(lines) == LINES + 1
    assert lines[-1] == "..."


@pytest.mark.parametrize("data", [b"\0", b"\xff", b"x" * 300_000], ids=["binary", "not text", "large"])
def test_a_difference_that_is_no_text_shows_sizes_and_hashes(data: bytes) -> None:
    first, second = lines_between(b"a", data)
    assert first == "- 1 byte, sha256 ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert second.startswith(f"+ {counted(len(data), 'byte')}, sha256 ")


def test_a_changed_line_end_or_control_character_is_spelled_out() -> None:
    assert lines_between(b"a\n", b"a\r\n\x1b[2J")[3:] == ("-a", "-", "+a\\r", "+\\x1b[2J")
