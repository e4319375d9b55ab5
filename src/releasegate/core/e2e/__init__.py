"""The end-to-end matrix: its cells, who broke one, and which kept database stands in for migrating."""
