"""Is it true that nothing leaves? Tried, watched and written down: ``report.examine``."""
