"""What a repository does not tell of its package, and what could be an answer."""
