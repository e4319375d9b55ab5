"""The sample output in the README, taken from a rehearsal: one candidate that fails, and how each version ended.

It is written anew by
``invoke rehearse > out.txt && python -m releasegate.frontends.generated.readme_sample out.txt README.md``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_BLOCKS = (
    (re.compile(r"^== [^\n]*rc1 must fail[^\n]*\n.*?\n(?=\n*== )", re.MULTILINE | re.DOTALL), "== "),
    (re.compile(r"^package +version +end\b.*?stored, each once\.$", re.MULTILINE | re.DOTALL), "package "),
)
"""Each sample as it stands in the output, and how its block in the README begins."""

_STEP = re.compile(r"^(?:==|\S+ \S+ \(\w+\)$| +\w+ +[\d.]+ s )")
_VARIES = re.compile(r"\b[\d.]+ s\b|\b[0-9a-f]{16}\b| {2,}")


def samples(output: str) -> tuple[str, ...]:
    """Return the samples that a rehearsal's output has.

    Raises:
        ValueError: it has not all of them.
    """
    found = [pattern.search(output) for pattern, _ in _BLOCKS]
    if None in found:
        raise ValueError("This is not the whole output of a rehearsal of the sample pair.")
    steps, ends = (match[0].rstrip().splitlines() for match in found if match is not None)
    return "\n".join(line for line in steps if _STEP.match(line)), "\n".join(line.rstrip() for line in ends)


def written(readme: str, output: str) -> str:
    """Return the README with the samples of *output*."""
    for sample, (_, begins) in zip(samples(output), _BLOCKS, strict=True):
        block = re.compile(rf"^```text\n(?={re.escape(begins)}).*?^```$", re.MULTILINE | re.DOTALL)
        readme = block.sub(lambda _, sample=sample: f"```text\n{sample}\n```", readme, count=1)  # type: ignore[misc]
    return readme


def same(one: str, other: str) -> bool:
    """Whether two READMEs have the same samples, whatever took how long and whatever bytes came of it."""
    return _VARIES.sub(" ", one) == _VARIES.sub(" ", other)


if __name__ == "__main__":
    target = Path(sys.argv[2])
    target.write_text(written(target.read_text("utf-8"), Path(sys.argv[1]).read_text("utf-8")), encoding="utf-8")
