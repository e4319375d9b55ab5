"""What makes the plugin's tables; a published migration never changes."""
