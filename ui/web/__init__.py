"""The page: what a reader sees in the browser."""
