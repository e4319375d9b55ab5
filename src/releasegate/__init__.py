"""Prove coupled Python packages as candidates before their finals exist.

What is meant to be imported, and where it is:

- ``releasegate.frontends.nox.sessions`` and ``releasegate.frontends.invoke.ns``: a project's noxfile and tasks.
- ``releasegate.app.workspace.open_workspace``: a project as objects; ``releasegate.app.release``, ``.status``,
  ``.doctor`` and ``.gates`` are what the commands do with it.
- ``releasegate.rehearsal.index.EmbeddedIndex`` and ``releasegate.rehearsal.forge.EmbeddedForge``: servers on loopback
  that answer as PyPI, GitHub and Gitea do, with faults on demand.
- ``releasegate.core.errors``: every error that is raised on purpose, and its exit code.
- ``releasegate.about.version``: which releasegate this is.

Everything else may change without notice. To read how a release works, begin at ``docs/architecture.md``.
"""
