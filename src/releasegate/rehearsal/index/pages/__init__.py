"""The reading half of the embedded index: its pages and what is seen of it."""
