"""Git: one package's repository read and written."""
