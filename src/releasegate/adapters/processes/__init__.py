"""The end-to-end gate as processes on loopback."""
