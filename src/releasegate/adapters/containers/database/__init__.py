"""The database of a cell: kept between runs by what made it, and migrated."""
