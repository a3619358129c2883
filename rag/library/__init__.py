"""What is known: the manifest (the truth), the full-text index in it, and the vector index beside it."""
