"""The configuration: its types, how a table becomes them, and its reference."""
