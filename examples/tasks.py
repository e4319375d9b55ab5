"""The sample pair's tasks: what ``invoke -l`` lists in a repository of one's own."""

from releasegate.frontends.invoke import ns

__all__ = ["ns"]
