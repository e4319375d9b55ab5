"""The program knows no host: what it must know of one stands in the folder of its stack."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

from releasegate.adapters.build.own_wheel import own_wheel
from releasegate.adapters.kit_folders import KIT_FILE, known_hosts, shipped

ROOT = Path(__file__).parents[2]
# In pieces, so that this file does not name what it looks for.
NAMES = re.compile("|".join(["net" + "box", "prox" + "mox", "prox" + "box"]), re.IGNORECASE)


def test_no_module_knows_a_host() -> None:
    files = [path for path in sorted((ROOT / "src").rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    assert files
    assert [str(path.relative_to(ROOT)) for path in files if NAMES.search(str(path.relative_to(ROOT)))] == []
    told = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").splitlines() for path in files}
    assert [
        f"{path}:{n}" for path, lines in told.items() for n, line in enumerate(lines, 1) if NAMES.search(line)
    ] == []


def test_a_host_is_known_where_its_folder_is() -> None:
    assert any(NAMES.search(name) for name in shipped())
    assert any(NAMES.search(host.title) for host in known_hosts())


def test_the_folders_of_stacks_travel_in_the_wheel() -> None:
    with zipfile.ZipFile(BytesIO(own_wheel().content)) as wheel:
        names = set(wheel.namelist())
    for path in (ROOT / "e2e").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and ".ruff_cache" not in path.parts:
            assert f"releasegate/{path.relative_to(ROOT).as_posix()}" in names
    assert {f"releasegate/e2e/{name}/{KIT_FILE}" for name in shipped()} <= names
