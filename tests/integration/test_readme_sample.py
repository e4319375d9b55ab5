"""The sample output in the README is what a rehearsal prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from releasegate.frontends.generated.readme_sample import same, samples, written

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
OUTPUT = """\
== invoke release --rc for the companion
  pass   0.1 s  harbor-api 1.1.0rc1: another step

== invoke release --rc for the dependent: rc1 must fail at its end-to-end gate
harbor-plugin 1.1.0rc1 (rc)
  guard    1.1.0rc1  clean                  the work tree is clean
  pass   0.3 s  harbor-plugin 1.1.0rc1: ask all that can be known
       ... installing
  fail   3.3 s  harbor-plugin 1.1.0rc1: run it end to end
harbor-plugin 1.1.0rc1 from testpypi fails end to end.
-> Mend it

== the contract is mended
package        version   gate   verdict  seconds
package        version   end    wheel sha256
harbor-plugin  1.1.0rc1  sealed  5a2b2262b1b1c403
18 files stored, each once.
"""


def test_of_an_output_the_steps_of_the_failing_candidate_and_the_ends_are_shown() -> None:
    steps, ends = samples(OUTPUT)
    assert steps.splitlines() == [
        "== invoke release --rc for the dependent: rc1 must fail at its end-to-end gate",
        "harbor-plugin 1.1.0rc1 (rc)",
        "  pass   0.3 s  harbor-plugin 1.1.0rc1: ask all that can be known",
        "  fail   3.3 s  harbor-plugin 1.1.0rc1: run it end to end",
    ]
    assert ends.splitlines()[0].startswith("package        version   end")
    assert ends.splitlines()[-1] == "18 files stored, each once."


def test_both_blocks_of_the_readme_are_replaced_and_nothing_else() -> None:
    new = written(README, OUTPUT)
    assert all(f"```text\n{sample}\n```" in new for sample in samples(OUTPUT))
    assert new.partition("```text")[0] == README.partition("```text")[0]
    assert new.rpartition("```text")[2].partition("```\n")[2] == README.rpartition("```text")[2].partition("```\n")[2]
    assert written(new, OUTPUT) == new


def test_seconds_and_bytes_may_differ_and_words_may_not() -> None:
    assert same(OUTPUT, OUTPUT.replace("3.3 s", "13.1 s").replace("5a2b2262b1b1c403", "0123456789abcdef"))
    assert not same(OUTPUT, OUTPUT.replace("sealed", "failed"))


def test_half_an_output_is_no_sample() -> None:
    with pytest.raises(ValueError, match="not the whole output"):
        samples(OUTPUT.partition("package")[0])


@pytest.mark.slow
def test_the_sample_in_the_readme_is_what_a_rehearsal_prints(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "releasegate", "rehearse"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    hint = "run: invoke rehearse > out.txt && python -m releasegate.frontends.generated.readme_sample out.txt README.md"
    assert same(written(README, done.stdout), README), hint
