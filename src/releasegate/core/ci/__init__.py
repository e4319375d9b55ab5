"""What CI runs and may do: its event, the permission to publish, the workflows."""
