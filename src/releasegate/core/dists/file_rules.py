"""What PyPI refuses of a distribution file beside its metadata: its size, its platform and its commands.

Source: PyPI's own server (warehouse, August 2026).
"""

from __future__ import annotations

import configparser
import re

FILE_SIZE = 100 * 2**20
"""Bytes that a file may have, where nobody asked PyPI for more."""

_INTEL = "x86_64|i686"
_MUSL = f"{_INTEL}|aarch64|armv7l|ppc64le|s390x|riscv64"
_PLATFORM = re.compile(
    r"any|win32|win_(?:arm64|amd64|ia64)|linux_armv[67]l"
    rf"|manylinux(?:1|2010)_(?:{_INTEL})|manylinux2014_(?:{_INTEL}|aarch64|armv7l|ppc64|ppc64le|s390x)"
    rf"|manylinux_\d+_\d+_(?:{_MUSL}|ppc64)|musllinux_\d+_\d+_(?:{_MUSL})"
    r"|macosx_(?:10_\d+|(?:1[1-5]|26)_0)_(?:ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal2?)"
    r"|ios_\d+_\d+_(?:arm64|x86_64)_(?:iphoneos|iphonesimulator)"
    r"|android_\d+_(?:armeabi_v7a|arm64_v8a|x86|x86_64)|pyemscripten_\d+_\d+_wasm32"
)
_ENTRY_POINT = re.compile(r"[\w.-]+")
_COMMANDS = ("console_scripts", "gui_scripts")


def platform_taken(platform: str) -> bool:
    """Whether PyPI takes a wheel for *platform*, the last part of its tag."""
    return _PLATFORM.fullmatch(platform) is not None


def entry_points_taken(content: bytes) -> bool:
    """Whether PyPI takes an ``entry_points.txt``: it can be parsed, and its commands are named as commands can be."""
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names are case-sensitive
    try:
        parser.read_string(content.decode())
    except (UnicodeDecodeError, configparser.Error):
        return False
    commands = (name for group in _COMMANDS if parser.has_section(group) for name in parser[group])
    return all(_ENTRY_POINT.fullmatch(name) for name in commands)
