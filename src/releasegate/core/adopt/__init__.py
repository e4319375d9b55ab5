"""What another repository tells of its package, and the table that it is adopted with."""
