"""What a page shows that no person was meant to read: a template's own words, and how Python calls what it holds."""

import html
import re

APART = re.compile(r"<(script|style|template|textarea|pre|code)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
"""Where a page may speak of templates and of programs."""
TAG = re.compile(r"<[^>]*>")
RAW = re.compile(
    r"\{#[^{}]{0,400}[#%]\}"
    r"|\{%\s*(?:load|block|endblock|extends|include|comment|endcomment|if|elif|else|endif|for|endfor|with|endwith|url"
    r"|trans|translate|blocktrans|blocktranslate|csrf_token|render_\w+)\b[^{}]{0,200}[#%]\}"
    r"|<(?:bound method|function|QuerySet|generator object|[\w.]+ object at 0x)[^\n]{0,80}"
    r"|\b[a-z]\w*\.[A-Z]\w*\.None\b"
)
"""A comment or a tag that no template engine took (one that is closed as the other, too), what Python calls a function
or a record, and a relation as such."""
SHORT = 80


def unrendered(page: str) -> str:
    """Return the first such words of a page; nothing where it shows none."""
    text = html.unescape(TAG.sub(" ", APART.sub(" ", page)))
    found = RAW.search(text)
    return " ".join(found[0].split())[:SHORT] if found else ""
