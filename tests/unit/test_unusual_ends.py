"""What commands say where something that they rest on is not as usual."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from packaging.version import Version
from release_fixture import APP, ReleaseFixture

from releasegate.app import status
from releasegate.app.ci import vendor
from releasegate.app.project import Project
from releasegate.app.workspace import Workspace
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError, InternalError, Refused
from releasegate.core.evidence.shapes import is_sound
from releasegate.core.release.entry import Entry
from releasegate.frontends.program import Releasegate

PACKAGES = """
[[tool.releasegate.packages]]
name = "harbor-api"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]

[[tool.releasegate.packages]]
name = "harbor"
version-files = [{ toml = "pyproject.toml", key = "project.version" }]
pythons = ["3.12"]
companion = { name = "harbor-api", released-versions = COUNT }
"""


def test_a_proof_of_which_nobody_can_tell_whether_it_is_believed_says_so() -> None:
    def away() -> Any:
        raise Refused("The forge is away.", hint="Wait")

    workspace = cast("Workspace", SimpleNamespace(run_context=away))
    said = status._proven(workspace, APP, Version("1.0rc1"), "1.0rc1 is proven")
    assert said == "1.0rc1 is proven; whether that is to be believed cannot be told: The forge is away."


def test_releasegate_is_put_beside_the_table_first(tmp_path: Path) -> None:
    settings = ReleaseFixture(tmp_path).run().settings
    with pytest.raises(Refused, match="and it says not how a runner gets releasegate") as caught:
        vendor._table(Project(tmp_path / "api", settings, {}, tmp_path / "plugin"), ())
    assert "invoke workflows --vendor there" in caught.value.hint


def test_what_a_push_leaves_out_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[str] = []
    ledger = SimpleNamespace(push=lambda: ("a note is too large",))
    monkeypatch.setattr(Workspace, "ledger", lambda *_: ledger)
    settings = ReleaseFixture(tmp_path).run().settings
    Workspace(Project(tmp_path, settings, {}), told.append)._push(APP)
    assert told == ["a note is too large"]


def test_how_many_released_versions_back_is_a_whole_number_from_1() -> None:
    (_, harbor) = parse_settings(PACKAGES.replace("COUNT", "3"), where="pyproject.toml").packages
    assert [each.released_versions for each in harbor.companions] == [3]
    for wrong in ("0", "1.5", "true"):
        with pytest.raises(ConfigurationError) as caught:
            parse_settings(PACKAGES.replace("COUNT", wrong), where="pyproject.toml")
        assert "is no count; write a whole number, 1 or more" in caught.value.details[0]


def test_an_entry_of_other_types_counts_for_nothing() -> None:
    assert not is_sound(Entry("now", "r", "build", "done", "", "x"))
    assert is_sound(Entry("2026-01-01T00:00:00Z", "r", "build", "done", "", "x"))


def test_what_nobody_foresaw_ends_with_a_sentence_and_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(Releasegate, "_answer", broken)
    with pytest.raises(SystemExit) as ended:
        Releasegate().run(["releasegate", "status"])
    assert ended.value.code == InternalError.exit_code
    Releasegate().run(["releasegate", "status"], exit=False)
    assert "releasegate met what it does not know: RuntimeError (a mistake)." in "".join(capsys.readouterr())
