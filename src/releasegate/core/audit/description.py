"""The long description in core metadata: which markup it is written in, where it does not say."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"^(?:#{1,6} |```|\[!\[)|\]\(|^\* \[", re.MULTILINE)


def is_markdown(metadata: bytes) -> bool:
    """Whether the description in *metadata* (METADATA, PKG-INFO) has marks of Markdown, which are none in reST.

    An index renders what names no content type as reStructuredText.
    """
    _, _, body = metadata.replace(b"\r\n", b"\n").partition(b"\n\n")
    return _MARKDOWN.search(body.decode(errors="replace")) is not None
