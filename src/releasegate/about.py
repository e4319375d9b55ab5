"""Which releasegate this is."""

from __future__ import annotations


def version() -> str:
    """Return the version that is installed; ``unknown`` where the sources run without being installed."""
    from importlib.metadata import PackageNotFoundError  # noqa: PLC0415 - slow to import
    from importlib.metadata import version as installed

    try:
        return installed("releasegate")
    except PackageNotFoundError:
        return "unknown"
