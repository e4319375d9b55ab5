"""The other workflows of a repository: what starts them, and whether they upload to an index."""
