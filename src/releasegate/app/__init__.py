"""What a person asks for, put together from configuration, adapters, pipelines and the engine."""
