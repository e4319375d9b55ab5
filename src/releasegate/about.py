"""Which releasegate this is."""

from __future__ import annotations


def version() -> str:
    """Return the version that is installed; ``unknown`` where the sources run without being installed."""
    from importlib import metadata  # noqa: PLC0415 - slow to import

    try:
        return metadata.version("releasegate")
    except metadata.PackageNotFoundError:
        return "unknown"
