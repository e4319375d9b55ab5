"""A TOML text with the lines on which its values stand; what a table of it holds."""
