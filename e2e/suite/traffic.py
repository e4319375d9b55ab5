"""What passed between the services of a stack, and what they raised, read from their own logs."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

# Of uvicorn, gunicorn and granian: who asked, then the request in quotes, then its status.
REQUEST = re.compile(
    r'\b(?P<client>\d+(?:\.\d+){3})\b.*"(?P<method>[A-Z]+) (?P<path>[^\s?"]+)[^"]*HTTP/[\d.]+" (?P<status>\d{3})\b'
)
NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")
WRONG_ROUTE = frozenset({404, 405})
SERVER_ERROR = 500
BEGINS = "Traceback (most recent call last)"
RAISED = re.compile(r"^(?:\s*\| )?(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?::|$)")
UNANSWERED = re.compile(r"Cannot connect to host|Connect call failed|Connection refused|\[Errno 111\]")
CHAINED = ("During handling of the above", "The above exception was", "  | During", "  | The above")
LONGEST = 160


@dataclass(frozen=True)
class Exchange:
    """One request of a service to another, as the one that answered wrote it down; numbers in the path are N."""

    client: str
    server: str
    method: str
    path: str
    status: int

    @property
    def failed(self) -> bool:
        """Whether the route is not there, takes no such request, or failed inside."""
        return self.status in WRONG_ROUTE or self.status >= SERVER_ERROR

    def __str__(self) -> str:
        return f"{self.client} to {self.server}: {self.method} {self.path} answered {self.status}"


@dataclass(frozen=True)
class Raised:
    """A stack trace in a service's log, by what it ended with."""

    service: str
    words: str

    @property
    def alone(self) -> bool:
        """Whether it ended with nobody there who takes a connection."""
        return bool(UNANSWERED.search(self.words))

    def __str__(self) -> str:
        return f"{self.service} logged a stack trace: {self.words}"


@dataclass(frozen=True)
class Allowed:
    """What is meant so: findings that a pattern fits, with the reason."""

    pattern: str
    reason: str

    def fits(self, finding: object) -> bool:
        """Whether it speaks of this finding."""
        return fnmatchcase(str(finding), self.pattern)


def exchanges(server: str, log: str, clients: Mapping[str, str]) -> Iterator[Exchange]:
    """Yield the requests in a log that came from other services of the stack: *clients* names them by address."""
    for line in log.splitlines():
        told = REQUEST.search(line)
        if told and (client := clients.get(told["client"])) and client != server:
            yield Exchange(client, server, told["method"], NUMBER.sub("N", told["path"]), int(told["status"]))


def raised(service: str, log: str) -> Iterator[Raised]:
    """Yield each stack trace in a log; of those that one error led to, the last."""
    words, inside = "", False
    for line in log.splitlines():
        if BEGINS in line:
            if words:
                yield Raised(service, words)
            words, inside = "", True
        elif line.startswith(CHAINED):
            words = ""
        elif inside and RAISED.match(line):
            words, inside = " ".join(line.split())[:LONGEST], False
    if words:
        yield Raised(service, words)


def unexpected(findings: Iterable[object], allowed: Iterable[Allowed]) -> dict[str, int]:
    """Return the findings that nothing declares, each with how often it was seen, the most frequent first."""
    declared = tuple(allowed)
    counted = Counter(str(each) for each in findings if not any(one.fits(each) for one in declared))
    return dict(counted.most_common())


def told(findings: Mapping[str, int]) -> str:
    """Return one line on findings: the first three, with how often each was seen."""
    first = "; ".join(f"{words} ({count} times)" if count > 1 else words for words, count in list(findings.items())[:3])
    return f"{first}; and {len(findings) - 3} more" if len(findings) > 3 else first  # noqa: PLR2004 - as said above
