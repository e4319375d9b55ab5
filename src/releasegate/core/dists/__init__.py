"""Distribution files: read as untrusted archives, listed in a manifest, compared as a promotion."""
