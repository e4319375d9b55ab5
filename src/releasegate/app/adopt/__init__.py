"""What a repository is handed over with, and what its maintainer is told."""
