"""Package indexes: read over HTTP, written with twine, asked with pip."""
