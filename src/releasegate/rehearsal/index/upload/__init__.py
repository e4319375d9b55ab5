"""The writing half of the embedded index: what becomes of an upload."""
