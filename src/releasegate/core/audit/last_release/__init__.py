"""The checks that compare with the last release: what it offered, what it froze, where it ran."""
