"""The sample pair's sessions: what ``nox -l`` lists in a repository of one's own."""

from releasegate.frontends.nox import sessions

sessions()
