"""The fan-out of the generated workflow, as act runs it: a red cell ends no other, and what was judged says it.

The lines of releasegate are played by a stub: what is tried here is how the jobs follow each other.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from stubbed_runner import ran, stubbed_runner, with_stack

STUB = """\
echo "$*" >> "$LOG"
case "$*" in
  *"--plan json"*) echo '[{"number": 0, "options": "--netbox 1"}, {"number": 1, "options": "--netbox 2"}]'; exit 0 ;;
  *"--netbox 2"*) code=4 ;;
  *"--job judge"*) code="$JUDGED"; find taken -type f | sort >> "$LOG" ;;
  *) code=0 ;;
esac
for word in "$@"; do if [ "$word" = given ]; then mkdir -p given; echo "$*" > "given/$$"; fi; done
exit "$code"
"""


def played(tmp_path: Path, *, judged: int) -> tuple[int, list[str]]:
    """Run a candidate's workflow; return act's exit code and the lines that were run."""
    told = {"JUDGED": str(judged)}
    done = stubbed_runner(tmp_path, with_stack(), STUB, refs={"v1.0rc1": "tag"}, told=told).run(
        "push", "refs/tags/v1.0rc1", {}
    )
    return done.returncode, ran(tmp_path)


def test_a_red_cell_ends_no_other_and_the_judge_has_the_evidence_of_all(tmp_path: Path) -> None:
    code, lines = played(tmp_path, judged=4)
    assert code != 0
    assert {line.split("--given given ")[1] for line in lines if line.startswith("e2e --record --given")} == {
        "--netbox 1",
        "--netbox 2",
    }
    assert [line.split("--job ")[1].split()[0] for line in lines if "--job" in line] == [
        *("build", "publish", "judge", "seal")
    ]
    taken = {PurePosixPath(line).parts[1] for line in lines if line.startswith("taken/")}
    assert taken == {"files-staging", "proof-staging-0", "proof-staging-1"}
    assert not [line for line in lines if "--index pypi" in line]


def test_where_what_judges_passes_the_half_is_sealed(tmp_path: Path) -> None:
    _, lines = played(tmp_path, judged=0)
    assert [line for line in lines if "--job" in line][-1].startswith(
        "release --event --yes --job seal --index testpypi"
    )
