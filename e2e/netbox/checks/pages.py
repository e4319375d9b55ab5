"""Opens many pages a few at a time and says which did not answer as a page must."""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import requests
from words import body, words

from netbox import AT_ONCE, MANY, NetBox
from unrendered import unrendered

FORMS = ("/add/", "/import/")
"""How the addresses end of pages that make records and show none."""
FORBIDDEN = requests.codes.forbidden
NOT_FOUND = requests.codes.not_found
SERVER_ERROR = requests.codes.internal_server_error
DECLINES = frozenset({requests.codes.not_implemented, requests.codes.service_unavailable})
CAUGHT = re.compile(r"An error occurred when loading content from plugin.*?<pre[^>]*>(.*?)</pre>", re.DOTALL)
"""How a page of NetBox shows that a plugin's part of it crashed: it answers all the same."""
OWN = "/plugins/"
"""Where the pages of plugins are."""
SHORT = 160
SLOW, OFTEN, FEW = 10.0, 20, 3
"""An answer may take so many seconds, and so often what others take: of at least so many, for a machine may be slow."""


def refusals(
    paths: Iterable[str], get: Callable[[str], requests.Response], *, forbidden: bool = False
) -> dict[str, str]:
    """Return each page that is missing, fails inside NetBox, also in a part of it, or throws the logged-in user out.

    One that is slow twice, the second time alone, is refused, too; with *forbidden* one that the user may not see.
    What it says is told.
    """
    seconds: dict[str, float] = {}

    def complaint(path: str) -> tuple[str, str]:
        try:
            answer = get(path)
        except requests.RequestException as error:
            return path, type(error).__name__
        seconds[path] = answer.elapsed.total_seconds()
        if explained(answer):
            return path, ""
        barred = forbidden and answer.status_code == FORBIDDEN
        if barred or answer.status_code == NOT_FOUND or answer.status_code >= SERVER_ERROR:
            return path, f"answered {answer.status_code}{words(answer)}"
        if "/login/" in answer.headers.get("Location", ""):
            return path, "sent a logged-in user to the login page"
        return path, _caught(answer)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        refused = {path: said for path, said in pool.map(complaint, paths) if said}
    for path, took in slow(seconds).items():
        _, said = complaint(path)
        if said or path in slow(seconds):
            refused.setdefault(path, said or f"took {took:.0f} s, and {seconds[path]:.0f} s when it was asked again")
    return refused


def slow(seconds: Mapping[str, float]) -> dict[str, float]:
    """Return which answers took so much longer than others that it is no matter of the machine."""
    if len(seconds) < FEW:
        return {}
    limit = max(SLOW, OFTEN * median(seconds.values()))
    return {path: took for path, took in seconds.items() if took > limit}


def explained(answer: requests.Response) -> bool:
    """Whether a route says on purpose, in words, that it does nothing here: a crash is neither a 501 nor a 503."""
    return answer.status_code in DECLINES and bool(body(answer).get("detail"))


def _caught(answer: requests.Response) -> str:
    """Return what crashed in a part of a page that NetBox shows without it, or what is no page's text; else nothing."""
    if "html" not in answer.headers.get("Content-Type", ""):
        return ""
    if found := CAUGHT.search(answer.text):
        return f"shows a plugin's part that crashed ({html.unescape(found[1]).strip()[:SHORT]})"
    raw = unrendered(answer.text) if OWN in answer.url else ""
    return f"shows what its template should have made something of ({raw})" if raw else ""


def api_routes(netbox: NetBox, root: str) -> dict[str, Any]:
    """Return every route that the API root leads to, with its answer, nothing where it failed; roots are followed."""

    def answer(path: str) -> Any:
        said = netbox.request("GET", path, params={"limit": MANY})
        try:
            return said.json() if said.ok else None
        except ValueError:
            # A route may give a file, as an export does; what says that it is JSON must be.
            return None if "json" in said.headers.get("Content-Type", "") else ""

    answers: dict[str, Any] = {}
    paths = [root]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while paths:
            found = dict(zip(paths, pool.map(answer, paths), strict=True))
            answers |= found
            links = [link for each in found.values() if _is_root(each) for link in each.values()]
            inside = {link[link.index(root) :] for link in links if isinstance(link, str) and root in link}
            paths = sorted(inside - answers.keys())
    return answers


def _is_root(answer: Any) -> bool:
    """Whether an answer leads to others, and lists nothing itself."""
    return isinstance(answer, dict) and "results" not in answer


def summary(refused: dict[str, str]) -> str:
    """Return one line on all that refused."""
    first = "; ".join(f"{path} {said}" for path, said in list(refused.items())[:3])
    return f"{len(refused)} did not answer: {first}"
