"""Where a workflow uploads to a package index, as far as its own text and that of what it runs here tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from releasegate.core.ci.others.commands import command, said_in_code
from releasegate.core.ci.others.conditions import Conditions, reached_by
from releasegate.core.ci.others.nodes import FOLDERS, NOWHERE, Node
from releasegate.core.ci.others.scripts import Files, runs
from releasegate.core.frozen import dataclass

_INDEX = r"(?:py-?pi|poetry|twine|flit|hatch|pdm)"
_VERB = r"(?:publish|upload|deploy|release)"
_ACTION = re.compile(rf"{_INDEX}[\w-]*{_VERB}|{_VERB}[\w-]*{_INDEX}", re.IGNORECASE)
TAGGING = "python-semantic-release/python-semantic-release"
"""What makes the tags of versions by itself, unless it is told to push nothing."""
_SECRET = re.compile(r"\bsecrets\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*'([A-Za-z_]\w*)'\s*\])")
_ADDRESS = re.compile(r"https?://[^\s'\"$]+")
_TELLS = re.compile(r"pypi|token|passw|twine|api.?key", re.IGNORECASE)
_OF_INDEX = re.compile(r"pypi|twine|uv_publish|flit_|hatch_index|poetry_http", re.IGNORECASE)
_PUBLISHING = re.compile(r"publish|upload|pypi", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"docker|image|container|docs?\b|page|npm|helm|chart|crate|gem|site|ghcr|storybook", re.IGNORECASE
)
_RUNS = re.compile(r"command|cmd|run|script|args|exec|entrypoint|session|target|code", re.IGNORECASE)
_DISPATCHES = re.compile(r"\bgh\s+workflow\s+run\s+(?:-\S+\s+\S+\s+)*[\"']?([\w.-]+\.ya?ml)\b")
_MATRIX = re.compile(r"\$\{\{\s*matrix\b[^}]*\}\}")
_STAGING = re.compile(r"test[._-]?pypi", re.IGNORECASE)


@dataclass(frozen=True)
class Uploading:
    """One place of a workflow that uploads: by which command or action, in which job, and what must hold.

    ``token`` and ``username`` are the names of secrets, empty where there are none.
    """

    line: int
    by: str
    job: str
    conditions: Conditions
    index: str
    token: str
    username: str


@dataclass(frozen=True)
class Call:
    """A job or a step that runs another file of the repository; one that is *sent* for begins as by hand."""

    uses: str
    conditions: Conditions
    sent: bool = False


def uploads(top: Node, beside: Files) -> Iterator[Uploading]:
    """Yield every place of a workflow, or of an action of the repository, that uploads to a package index.

    *beside* are the scripts and the task runners' files of the repository.
    """
    told = set[str]()
    for name, job, step in _steps(top):
        by, line = _uploads_by(step, job, top, beside)
        if by:
            told.add(name)
            token, username = _secrets(step, job, top)
            yield Uploading(line, by, name, reached_by(top, job, step), _index_of(step, job, top), token, username)
    for key, job in top.get("jobs").pairs:
        if key.text not in told and _is_trusted(key.text, job, top):
            conditions = reached_by(top, job, NOWHERE)
            index = "testpypi" if _STAGING.search(_place(job)) else "pypi"
            yield Uploading(key.line, "a job that an index may trust", key.text, conditions, index, "", "")


def _is_trusted(name: str, job: Node, top: Node) -> bool:
    """Whether a job may show an index who it is: a trusted publisher; by what it uploads then, it need not say.

    Its environment is called after the index, or the job is, where that asks for the right by itself.
    """
    own = job.get("permissions").node is not None
    allowed = job.get("permissions") if own else top.get("permissions")
    called = f"{_place(job)} {name} {job.get('name').text}" if own else _place(job)
    may = allowed.text == "write-all" or allowed.get("id-token").text == "write"
    return may and _OF_INDEX.search(called) is not None


def _place(job: Node) -> str:
    """Return what a job's environment is called, and its address."""
    place = job.get("environment")
    return f"{place.text} {place.get('name').text} {place.get('url').text}"


def calls(top: Node) -> Iterator[Call]:
    """Yield every job and step that runs a file of the same repository."""
    for _, job, step in _steps(top):
        used = step.get("uses").text
        conditions = reached_by(top, job, step)
        if used.startswith("./"):
            yield Call(used.removeprefix("./"), conditions)
        named = [match[1] for _, line in step.get("run").lines() for match in _DISPATCHES.finditer(line)]
        if "workflow-dispatch" in used:
            named.append(step.get("with").get("workflow").text)
        yield from (Call(f"{folder}/workflows/{name}", conditions, sent=True) for name in named for folder in FOLDERS)


def uploading_words(text: str) -> str:
    """Return what would upload in a text of which nothing more is known; empty where nothing would."""
    used = re.search(r"uses:\s*([^\s@]+)", text)
    action = used[1] if used is not None else ""
    return command(text) or (action if action.lower() == TAGGING or _ACTION.search(action) else "")


def _steps(top: Node) -> Iterator[tuple[str, Node, Node]]:
    """Yield each step with its job and that job's name; a job counts as a step, for it may run another workflow."""
    for key, job in top.get("jobs").pairs:
        yield from ((key.text, job, step) for step in (job, *job.get("steps").members))
    yield from (("of this action", NOWHERE, step) for step in top.get("runs").get("steps").members)


def _uploads_by(step: Node, job: Node, top: Node, beside: Files) -> tuple[str, int]:
    used = step.get("uses")
    action = used.text.partition("@")[0]
    if action.lower() == TAGGING:
        idle = step.get("with").get("push").text == "false" or step.get("with").get("no_operation_mode").text == "true"
        return ("", 0) if idle else (TAGGING, used.line)
    maturin = "maturin-action" in action and step.get("with").get("command").text in {"publish", "upload"}
    if not action.startswith("./") and (maturin or _publishes(action) or (action and _is_given_an_index(step))):
        return action, used.line
    # An action may be told the command that it runs.
    told = [step.get("run"), *(value for key, value in step.get("with").pairs if _RUNS.search(key.text))]
    lines = [(n, _spelled_out(line, step, job, top)) for each in told for n, line in each.lines()]
    for number, line in lines:
        if by := said_in_code(line):
            return by, number
    for number, line in lines:
        if line and (ran := runs(line, beside)) is not None:
            return str(ran), number
    given = [key.text for key, value in step.get("env").pairs if _secret(value.text) and _OF_INDEX.search(key.text)]
    if given and step.get("run").text:
        return f"a command that is given {given[0]}", step.get("run").line
    return "", 0


def _publishes(action: str) -> bool:
    """Whether an action, or a workflow of another repository, is called by what it does to a package index."""
    if _ACTION.search(action):
        return True
    name = action.rpartition("/workflows/")[2] if "/workflows/" in action else ""
    return _PUBLISHING.search(name) is not None and _OF_OTHERS.search(name) is None


def _spelled_out(line: str, step: Node, job: Node, top: Node) -> str:
    """Return a line with what the environment, and all that the job's matrix, may put into it."""
    if "$" not in line:
        return line
    pairs = (pair for place in (step, job, top) for pair in place.get("env").pairs)
    for key, value in ((key, value) for key, value in pairs if key.text in line):
        name = re.escape(key.text)
        placed = value.text.replace("\\", "\\\\")
        line = re.sub(rf"\$\{{\{{\s*env\.{name}\s*\}}\}}|\$\{{?{name}\b\}}?", placed, line)
    values = " ".join(job.get("strategy").get("matrix").texts())
    return _MATRIX.sub(lambda _: values, line)


def _is_given_an_index(job: Node) -> bool:
    """Whether a workflow of another repository is handed a secret of a package index."""
    return any(_OF_INDEX.search(f"{key.text} {value.text}") for key, value in job.get("secrets").pairs)


def _told(place: Node) -> list[tuple[str, str]]:
    """Return what a step or a job is told: its ``with``, its ``env`` and what is handed to another workflow."""
    return [(k.text, v.text) for key in ("with", "env", "secrets") for k, v in place.get(key).pairs]


def _secrets(*places: Node) -> tuple[str, str]:
    """Return the names of the secrets that are the token and the user: the nearest place that names one says it."""
    token = username = ""
    for key, value in (pair for place in places for pair in _told(place)):
        name = _secret(value)
        named = f"{key} {name}" if name else ""
        if re.search("user", named, re.IGNORECASE):
            username = username or name
        elif _TELLS.search(named):
            token = token or name
    return token, username


def _secret(value: str) -> str:
    """Return the name of the first secret in a value; the forge's own token is none of an index."""
    names = [dotted or quoted for dotted, quoted in _SECRET.findall(value)]
    return next((name for name in names if name != "GITHUB_TOKEN"), "")


def _index_of(*places: Node) -> str:
    """Return the index: ``testpypi`` or an address where the step, its job or its workflow says so, else ``pypi``."""
    for place in places:
        told = [*(f"{key} {value}" for key, value in _told(place)), *(line for _, line in place.get("run").lines())]
        if _STAGING.search("\n".join(told)):
            return "testpypi"
        if address := _ADDRESS.search("\n".join(told)):
            host = (urlsplit(address[0]).hostname or "").split(".")
            return "pypi" if "pypi" in host[-2:] else address[0]
    return "pypi"
