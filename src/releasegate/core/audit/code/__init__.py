"""What the audit asks of code without running it: syntax trees, what they define, what they mean."""
