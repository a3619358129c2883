"""A question becomes a cited answer. Knows no file format and no user interface."""

VERSION = "0.1.0"
"""As in pyproject.toml; known too where Seorap was not installed as a package."""
