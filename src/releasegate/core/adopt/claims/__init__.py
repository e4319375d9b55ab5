"""Who speaks for a version file of another repository, and what they say."""
