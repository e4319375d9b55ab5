"""What the embedded index holds: a replay of its journal."""
