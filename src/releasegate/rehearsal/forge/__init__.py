"""A forge of one's own on loopback that answers as GitHub and Gitea do, for what a release needs of them.

``EmbeddedForge`` is the server; ``Fault`` says what can become of a request instead of an answer, ``Protection`` what a
branch takes. Not there are users (one token may do everything, nobody else sees a draft), deletion of releases, and the
making of a tag that is missing when its draft is published: that is refused with 422 here. A Gitea has no immutable
releases; this one has, so that the rules of a rehearsal are the same.
"""

from releasegate.rehearsal.forge.branches import Protection
from releasegate.rehearsal.forge.faults import Fault
from releasegate.rehearsal.forge.server import EmbeddedForge

__all__ = ["EmbeddedForge", "Fault", "Protection"]
