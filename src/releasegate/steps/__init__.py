"""The verbs of a release, one a file: each can describe itself, look whether it holds, and make it so."""
