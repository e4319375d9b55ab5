"""What the modules of a package import, and what must be there for that."""
