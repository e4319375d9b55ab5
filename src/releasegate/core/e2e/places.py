"""The places in a kit's texts: ``{name}`` becomes what stands for it, and what nothing stands for stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{([A-Za-z][\w-]*)\}")


def filled(text: str, places: Mapping[str, str]) -> str:
    """Return *text* with its places filled."""
    return _PLACE.sub(lambda match: places.get(match[1], match[0]), text)
