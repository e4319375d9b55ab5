"""What an answer says went wrong, in a few words and without the page around them."""

import html
import re
from itertools import zip_longest
from typing import Any

import requests

LONGEST = 160
TOLD = ("exception", "error", "detail", "message")
SCRIPTS = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
TAGS = re.compile(r"<[^>]*>")
TITLE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
PAGE = re.compile(r"<!doctype html|<html\b", re.IGNORECASE)
CLASS = re.compile(r"<class '([\w.]+)'>")
RAISED = re.compile(r"<class '|\w(?:Error|Exception)\b.*:")


def words(answer: requests.Response) -> str:
    """Return what an answer says, in brackets behind a blank; nothing where it says nothing short."""
    said = _of_json(answer) if "json" in answer.headers.get("Content-Type", "") else _of_text(answer.text)
    shown = " ".join(said.split())[:LONGEST]
    return f" ({shown})" if shown else ""


def unwrapped(text: str) -> str:
    """Return *text* with the page of HTML that stands in it cut down to what it says."""
    page = PAGE.search(text)
    return f"{text[: page.start()]}{' '.join(_of_text(text[page.start() :]).split())}" if page else text


def body(answer: requests.Response) -> dict[str, Any]:
    """Return what an API route says, nothing where it is no API route."""
    found = _json(answer)
    return found if isinstance(found, dict) else {}


def _json(answer: requests.Response) -> Any:
    if "json" not in answer.headers.get("Content-Type", ""):
        return None
    try:
        return answer.json()
    except ValueError:
        return None


def _of_json(answer: requests.Response) -> str:
    """Return what an API says: in the words that are there for it, else by field."""
    found = _json(answer)
    if not isinstance(found, dict):
        return str(found) if found else ""
    told = [str(found[word]) for word in TOLD if found.get(word)]
    return ": ".join(told) or "; ".join(f"{field}: {said}" for field, said in found.items())


def _of_text(text: str) -> str:
    """Return the line of a page that names what was raised (NetBox keeps it out of its log), else its title.

    The class of an error stands in such a page as text, between angle brackets.
    """
    plain = html.unescape(SCRIPTS.sub("", text))
    lines = [line for line in plain.splitlines() if TAGS.sub("", CLASS.sub("x", line)).strip()]
    for line, after in zip_longest(lines, lines[1:], fillvalue=""):
        if RAISED.search(line):
            # NetBox says the class, and below it what it says.
            said = CLASS.sub(r"\1: ", line)
            return TAGS.sub(" ", line if said == line else f"{said}{after}")
    if title := TITLE.search(plain):
        return TAGS.sub(" ", title[2])
    return "" if PAGE.search(plain) else plain
