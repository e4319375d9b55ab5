"""The package's own entry in the locks of several tools."""
