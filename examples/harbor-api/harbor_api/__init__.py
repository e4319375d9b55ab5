"""The harbour's berths over HTTP."""

from importlib.metadata import version

__version__ = version("harbor_api")
