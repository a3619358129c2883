"""Files become passages in the library."""
