"""Which Seorap this is, known too where it was not installed as a package."""

VERSION = "0.1.0"
"""As in pyproject.toml."""
