"""Pages: templates that a package ships, filled with escaped values."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template


class Html(str):
    """Text that is already fit to stand in a page."""

    __slots__ = ()


def render(path: str, values: Mapping[str, object]) -> Html:
    """Fill the template at *path* (``package/name.html``, below the package's ``templates`` folder)."""
    package = path.partition("/")[0]
    template = files(package).joinpath("templates", *path.split("/")).read_text(encoding="utf-8")
    return Html(Template(template).substitute({name: _safe(value) for name, value in values.items()}))


def _safe(value: object) -> Html:
    return value if isinstance(value, Html) else Html(escape(str(value)))
