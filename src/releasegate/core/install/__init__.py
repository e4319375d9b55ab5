"""What an installation tells: where everything came from, and which modules it holds."""
