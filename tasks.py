"""The tasks of this repository are the package's own, as they are for every user."""

from releasegate.frontends.invoke import ns

__all__ = ["ns"]
