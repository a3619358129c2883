"""A question becomes a cited answer. Knows no file format and no user interface."""
