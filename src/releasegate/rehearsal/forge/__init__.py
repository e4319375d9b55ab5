"""A forge of one's own on loopback that answers as GitHub and Gitea do, for what a release needs of them."""

from releasegate.rehearsal.forge.server import EmbeddedForge

__all__ = ["EmbeddedForge"]
