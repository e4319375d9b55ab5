"""Turns a failed check into a verdict: first the contract that broke, then who broke it, then the logs that matter."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from _pytest._code.code import ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter

from containers import Stack
from contracts import Contract

BROKEN = pytest.StashKey[set[str]]()
SINCE = pytest.StashKey[str]()
STACK = pytest.StashKey[Stack]()


@dataclass
class Verdict(TerminalRepr):
    """What the terminal and the JUnit file show of a failure; its first line is the sentence itself."""

    reprcrash: ReprFileLocation
    text: str = field(repr=False)

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write the verdict."""
        for line in self.text.splitlines():
            tw.line(line)


def contract_of(item: pytest.Item) -> Contract:
    """Read the contract that a check carries; one without a mark is called as the check is."""
    mark = item.get_closest_marker("contract")
    if mark is None:
        return Contract(item.name.removeprefix("test_").replace("_", "-"))
    return Contract(*mark.args, **mark.kwargs)


def begin(item: pytest.Item) -> None:
    """Note when a check began; skip one whose ground has already given way, for its failure would mislead."""
    contract = contract_of(item)
    item.stash[SINCE] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    item.user_properties.append(("contract", contract.name))
    lost = [need for need in contract.needs if need in item.config.stash.setdefault(BROKEN, set())]
    if lost:
        item.config.stash[BROKEN].add(contract.name)
        pytest.skip(f"contract {contract.name} was not judged: {lost[0]} broke before")


def judge(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Rewrite a failure's words."""
    if not report.failed or call.excinfo is None:
        return
    contract = contract_of(item)
    item.config.stash.setdefault(BROKEN, set()).add(contract.name)
    stack = item.config.stash.get(STACK, None)
    sentence = contract.sentence(call.excinfo.value)
    since = item.stash[SINCE]
    blamed = contract.blamed(call.excinfo.value, stack.crashed(since) if stack else ())
    # Of the item: what a report has by itself is in no JUnit file.
    item.user_properties.append(("blamed", blamed))
    logs = stack.excerpt(since) if stack else ""
    parts = [sentence, f"most plausibly broken by: {blamed}", logs, str(report.longrepr)]
    text = "\n".join(part for part in parts if part)
    if stack:
        sentence, text = stack.masked(sentence), stack.masked(text)
    path, line, _ = item.location
    report.longrepr = Verdict(ReprFileLocation(path, (line or 0) + 1, sentence), text)
