"""What anybody can be told of a published version, without a token."""
