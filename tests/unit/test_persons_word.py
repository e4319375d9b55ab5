"""What a person takes on or takes back has a name and a reason, whoever asks."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from packaging.version import Version
from release_fixture import APP, ReleaseFixture

from releasegate.app.release import revoke, waive
from releasegate.app.workspace import Workspace
from releasegate.core.errors import ConfigurationError
from releasegate.ledger_writer import Waiver

RC = Version("1.0rc1")


@pytest.mark.parametrize(("by", "reason"), [("", "x"), (" ", "x"), ("Ada", ""), ("Ada", "\t")])
def test_a_waiver_and_a_revocation_need_a_person_and_a_reason(tmp_path: Path, by: str, reason: str) -> None:
    nothing = cast("Workspace", SimpleNamespace(run_context=ReleaseFixture(tmp_path).run))  # has no ledger to ask
    with pytest.raises(ConfigurationError, match="A revocation needs a person and a reason"):
        revoke(nothing, APP, version=RC, by=by, reason=reason)
    with pytest.raises(ConfigurationError, match="A waiver needs a person and a reason"):
        waive(nothing, APP, version=RC, waiver=Waiver("audit", by, reason))
