"""Version files agree when all state one version, in canonical form."""

from dataclasses import replace
from pathlib import PurePosixPath as Path

import pytest

from releasegate.core.errors import Refused
from releasegate.core.version_files.occurrences import Occurrence, agreed, compare


def occurrences(*versions: str) -> list[Occurrence]:
    return [Occurrence(Path(f"{n}.toml"), n + 1, version, f"key{n}") for n, version in enumerate(versions)]


def test_version_files_that_agree_have_no_lines() -> None:
    assert compare(occurrences("1.0rc1", "1.0rc1", "1.0rc1")) == ()
    assert compare(occurrences("1.0", "1.0"), version="1.0", said_by="tag v1.0") == ()


def test_a_mismatch_names_both_files_lines_and_values() -> None:
    assert compare(occurrences("1.0", "1.0", "1.1")) == ("0.toml:1 states 1.0 (key0), 2.toml:3 states 1.1 (key2)",)


def test_a_tag_that_disagrees_is_named_with_each_version_file() -> None:
    assert compare(occurrences("1.0", "1.1", "1.0"), version="1.1", said_by="tag v1.1") == (
        "tag v1.1 states 1.1, 0.toml:1 states 1.0 (key0)",
        "tag v1.1 states 1.1, 2.toml:3 states 1.0 (key2)",
    )


def test_a_version_that_is_not_canonical_is_told_what_to_write() -> None:
    assert compare(occurrences("1.0.0rc1", "1.0.0-rc.1")) == (
        "1.toml:2 states 1.0.0-rc.1 (key1), which is not in canonical form: write 1.0.0rc1",
    )


def test_versions_that_are_equal_but_written_differently_are_a_mismatch() -> None:
    assert compare(occurrences("1.0", "1.0.0")) == ("0.toml:1 states 1.0 (key0), 1.toml:2 states 1.0.0 (key1)",)


def test_a_tag_is_compared_in_canonical_form() -> None:
    assert compare(occurrences("1.0rc1"), version="1.0-rc1", said_by="tag v1.0-rc1") == ()


def test_the_version_that_all_state_is_returned() -> None:
    assert agreed(occurrences("1.0", "1.0")) == "1.0"


def test_a_disagreement_is_refused_with_its_lines() -> None:
    with pytest.raises(Refused, match="do not agree") as caught:
        agreed(occurrences("1.0", "1.1"))
    assert caught.value.details == ("0.toml:1 states 1.0 (key0), 1.toml:2 states 1.1 (key1)",)


def test_a_lock_that_alone_disagrees_is_written_anew() -> None:
    project, module = occurrences("1.0", "1.0")
    lock = replace(project, path=Path("uv.lock"), version="0.9")
    with pytest.raises(Refused) as caught:
        agreed((project, module, lock))
    assert caught.value.hint == "Write the lock anew: uv lock"
    with pytest.raises(Refused) as caught:
        agreed((project, replace(module, version="0.9"), lock))
    assert caught.value.hint == "Write the same version in every version file"


def test_a_demand_that_no_version_file_meets_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        agreed(occurrences("1.0"), version="1.1", said_by="--to")
    assert caught.value.details == ("--to states 1.1, 0.toml:1 states 1.0 (key0)",)


def test_no_version_files_agree_on_nothing() -> None:
    with pytest.raises(Refused, match="No version file states the version"):
        agreed([])
