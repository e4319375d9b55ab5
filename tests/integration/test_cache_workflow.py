"""The forge's cache as act runs it: what one workflow saves, the cells of a release restore, and no other job does.

The lines of releasegate are played by a stub: what is tried here is what reaches which runner.
"""

from __future__ import annotations

from pathlib import Path

from stubbed_runner import ran, stubbed_runner, with_stack

STUB = """\
echo "$*" >> "$LOG"
case "$*" in
  *"--plan json"*) echo '[{"number": 0, "options": "--netbox 4.7.3", "kept": "pypi-4.7.3-python-3.13"}]'; exit 0 ;;
  "cache --give kept") mkdir -p kept && echo warm > kept/databases ;;
  "cache --take kept") echo "found: $(cat kept/databases 2>&1)" >> "$LOG" ;;
esac
for word in "$@"; do if [ "$word" = given ]; then mkdir -p given; echo "$*" > "given/$$"; fi; done
"""


def test_the_cells_of_a_release_begin_with_what_the_cache_workflow_kept(tmp_path: Path) -> None:
    forge = stubbed_runner(tmp_path, with_stack(), STUB, refs={"v1.0rc1": "tag"})
    forge.run("push", "refs/tags/v1.0rc1", {})  # it ends at the other half, which a tag does not start
    assert len([line for line in ran(tmp_path) if line.startswith("found: cat: kept")]) == 1, "a cold runner"

    done = forge.run("schedule", "refs/heads/develop", {}, workflow="cache")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in ran(tmp_path) if not line.startswith("found")] == [
        "cache --take kept",
        "e2e --source local --netbox pypi:4.7.3 --python 3.13",
        "cache --give kept",
    ]

    forge.run("push", "refs/tags/v1.0rc1", {})  # it ends at the other half, which a tag does not start
    lines = ran(tmp_path)
    assert [line for line in lines if line.startswith("found")] == ["found: warm"]
    cells = [n for n, line in enumerate(lines) if line.startswith("e2e --record --given")]
    assert lines[cells[0] - 2 : cells[0]] == ["cache --take kept", "found: warm"]
    assert lines.count("cache --take kept") == len(cells) == 1, "no other job takes it"
