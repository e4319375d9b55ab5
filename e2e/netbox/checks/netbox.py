"""NetBox as its users see it: the REST API with a token, and the pages with a logged-in session."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from contracts import PLUGIN, STACK, BrokenContract
from requests.adapters import HTTPAdapter
from urllib3.util import Retry
from words import words

INSIDE = "netbox.test:8080"
"""NetBox's address for the others in the stack."""
MANY = 200
"""How many records a page of the API holds."""
AT_ONCE = 2
"""How many requests: a laptop's NetBox has few workers, and more would only wait for each other."""
CSRF = "csrfmiddlewaretoken"
STATIC = re.compile(r"""(?:src|href)=["']/static/([^"'?#]+)""")
LINK = re.compile(r"""\s(?:href|hx-get|formaction)=["'](/plugins/[^"'#]+)""")
"""Where a page leads a person on, or what it shows a little later."""
TIMEOUT = 90.0  # seconds; a page's first rendering after a start compiles its templates
DESCRIBED = 300.0  # all of NetBox's API is looked through for it, beside a synchronisation

ASKED_AGAIN = Retry(1, connect=0, read=1, status=0, allowed_methods={"GET", "HEAD", "OPTIONS"})
"""What changes nothing is asked once more where no answer came at all: a machine may stand still for as long."""


def asking() -> requests.Session:
    """Return a session that asks once more where no answer came."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=ASKED_AGAIN))
    return session


@dataclass(frozen=True)
class NetBox:
    """One NetBox, addressed from the host."""

    url: str
    token: str
    session: requests.Session = field(default_factory=asking, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """NetBox 4.5 and later tell the two kinds of token apart by the scheme."""
        scheme = "Bearer" if self.token.startswith("nbt_") else "Token"
        return {"Authorization": f"{scheme} {self.token}", "Accept": "application/json"}

    def address(self, path: str) -> str:
        """Return the full address; NetBox may state its own links with another host or port."""
        parts = urlsplit(path)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.url}{parts.path}{query}"

    def request(self, method: str, path: str, **extra: Any) -> requests.Response:
        """Send one API request and return whatever came back."""
        return self.session.request(method, self.address(path), headers=self.headers, timeout=TIMEOUT, **extra)

    def json(self, method: str, path: str, **extra: Any) -> Any:
        """Send one API request that must succeed, and return its JSON."""
        response = self.request(method, path, **extra)
        if not response.ok:
            raise BrokenContract(f"NetBox answered {response.status_code} to {method} {path}{words(response)}")
        return response.json() if response.content else None

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of one GET."""
        return self.json("GET", path, params=params)

    def every(self, path: str, first: Any = None) -> Iterator[dict[str, Any]]:
        """Yield all records of a list route, page by page; *first* is its first page where that is known."""
        page = first or self.get(path, limit=MANY)
        while True:
            yield from page["results"]
            if not page.get("next"):
                return
            page = self.get(page["next"])

    def schema(self) -> dict[str, Any]:
        """Return the OpenAPI document, asked for as a backend in the stack asks.

        NetBox keeps it for whoever asks with the same words, and making it costs ten seconds of a processor.
        """
        headers = {
            **self.headers,
            "Host": INSIDE,
            "Accept-Encoding": "identity",
            "User-Agent": "",
            "Connection": "close",
        }
        answer = requests.get(self.address("/api/schema/"), headers=headers, timeout=DESCRIBED)
        if not answer.ok:
            raise BrokenContract(
                f"NetBox answered {answer.status_code} when asked to describe its API{words(answer)}", side=PLUGIN
            )
        described: dict[str, Any] = answer.json()
        return described

    def has(self, path: str) -> bool:
        """Whether this release has the route at all."""
        return bool(self.request("GET", path).status_code != requests.codes.not_found)

    def accepted(self, path: str) -> frozenset[str]:
        """Return the fields that a list route takes in a POST, as the route itself declares them."""
        actions = self.json("OPTIONS", path).get("actions", {})
        return frozenset(actions.get("POST", {}))


def static_files(answer: requests.Response) -> list[str]:
    """Return the files that a page links to, below where NetBox keeps its static ones; of no page none."""
    return STATIC.findall(answer.text) if "html" in answer.headers.get("Content-Type", "") else []


def links(answer: requests.Response) -> list[str]:
    """Return the pages of plugins that a page leads to; of no page none."""
    found = LINK.findall(answer.text) if answer.ok and "html" in answer.headers.get("Content-Type", "") else ()
    return [html.unescape(each) for each in found]


@dataclass(frozen=True)
class Browser:
    """A logged-in session on NetBox's pages."""

    netbox: NetBox
    session: requests.Session = field(repr=False)
    linked: set[str] = field(default_factory=set, repr=False)
    """The files that the pages so far want of NetBox, below where it keeps such."""
    led: dict[str, str] = field(default_factory=dict, repr=False)
    """The pages of plugins that the pages so far lead to, each with one that does."""
    opened: set[str] = field(default_factory=set, repr=False)
    """The addresses that were asked for so far."""

    def __post_init__(self) -> None:
        """See what each page wants, and where it leads."""
        self.session.hooks["response"].append(self._seen)

    def _seen(self, answer: requests.Response, **_: Any) -> None:
        self.linked.update(static_files(answer))
        path = str(answer.request.path_url)
        self.opened.add(path)
        self.led.update(dict.fromkeys(links(answer), path))

    @classmethod
    def login(cls, netbox: NetBox, user: str, password: str) -> "Browser":
        """Log in as a person does; a stack that refuses its own superuser judges nobody, one that crashes does."""
        session = asking()
        login = f"{netbox.url}/login/"
        session.get(login, timeout=TIMEOUT)
        form = {"username": user, "password": password, "csrfmiddlewaretoken": session.cookies.get("csrftoken", "")}
        answer = session.post(login, data=form, headers={"Referer": login}, timeout=TIMEOUT, allow_redirects=False)
        if answer.status_code != requests.codes.found:
            crashed = answer.status_code >= requests.codes.internal_server_error
            said = f"NetBox refused the superuser's login with {answer.status_code}{words(answer) if crashed else ''}"
            raise BrokenContract(said, side=PLUGIN if crashed else STACK)
        return cls(netbox, session)

    def get(self, path: str) -> requests.Response:
        """Open one page without following redirects, so that each answer is the page's own."""
        return self.session.get(self.netbox.address(path), timeout=TIMEOUT, allow_redirects=False)

    def post(self, path: str, fields: Sequence[tuple[str, str]] = ()) -> requests.Response:
        """Press one button, or send a form."""
        address = self.netbox.address(path)
        filled = [(name, value) for name, value in fields if name != CSRF]
        form = [*filled, (CSRF, self.session.cookies.get("csrftoken", ""))]
        return self.session.post(
            address, data=form, headers={"Referer": address}, timeout=TIMEOUT, allow_redirects=False
        )
