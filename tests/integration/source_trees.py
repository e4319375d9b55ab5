"""A small project with a PEP 517 backend of its own, so that building it downloads nothing."""

from __future__ import annotations

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "harbor-api"
version = "1.0"
"""
BACKEND = '''
"""Builds harbor-api 1.0; what it writes depends on SOURCE_DATE_EPOCH and on the tree alone."""

import io, os, pathlib, tarfile, time, zipfile

METADATA = "Metadata-Version: 2.1\\nName: harbor-api\\nVersion: 1.0\\n"
SOURCES = ("pyproject.toml", "backend.py", "harbor_api.py")


def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "harbor_api-1.0-py3-none-any.whl"
    members = {
        "harbor_api.py": pathlib.Path("harbor_api.py").read_text(),
        "harbor_api-1.0.dist-info/METADATA": METADATA,
        "harbor_api-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: quay 3\\nTag: py3-none-any\\n",
    }
    when = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as archive:
        for path, text in members.items():
            archive.writestr(zipfile.ZipInfo(path, when), text)
    return name


def build_sdist(folder, config_settings=None):
    name = "harbor_api-1.0.tar.gz"
    with tarfile.open(pathlib.Path(folder, name), "w:gz") as archive:
        for path in SOURCES:
            archive.add(path, "harbor_api-1.0/" + path)
        info = tarfile.TarInfo("harbor_api-1.0/PKG-INFO")
        info.size = len(METADATA)
        archive.addfile(info, io.BytesIO(METADATA.encode()))
    return name
'''
SOURCE = {"pyproject.toml": PYPROJECT, "backend.py": BACKEND, "harbor_api.py": "VALUE = 1\n"}
