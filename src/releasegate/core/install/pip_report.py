"""What pip's installation report says of where every distribution came from.

Format: pip's installation report, version 1; the ``download_info`` in it is PEP 610's.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from releasegate.core.errors import Unavailable
from releasegate.core.install.installed_from import InstalledFrom, plain_sha256


def installed_from(report: str) -> tuple[InstalledFrom, ...]:
    """Parse the report.

    Raises:
        Unavailable: the text is not such a report.
    """
    try:
        body: Any = json.loads(report)
        found = {"1": body["install"]}[body["version"]]
        return tuple(_installed_from(item) for item in found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unavailable(
            "pip's installation report cannot be read, so nothing is known about where the files came from.",
            hint="Run the same command again; if it stays so, install a pip that writes report version 1",
            details=[f"{type(error).__name__}: {error}"],
        ) from error


def _installed_from(item: Any) -> InstalledFrom:
    source, metadata = item["download_info"], item["metadata"]
    url, name, version = source["url"], metadata["name"], metadata["version"]
    if not all(isinstance(text, str) for text in (url, name, version)):
        raise TypeError("a name, a version or an address is not text")
    urlsplit(url)
    hashes = source.get("archive_info", {}).get("hashes", {})
    return InstalledFrom(canonicalize_name(name), version, url, plain_sha256(hashes.get("sha256", "")))
