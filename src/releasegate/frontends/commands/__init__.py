"""What each command does and shows: one module a command, or what several of them share."""
