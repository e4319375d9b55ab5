"""Modules of Python's own library that are on one platform alone."""

from __future__ import annotations

WINDOWS = frozenset({"winreg", "_winreg", "msvcrt", "winsound", "_winapi", "_overlapped", "nt"})
"""``_winreg`` is what ``winreg`` was called by Python 2: who still asks for it does so on Windows."""
