"""Pages -> pictures. Loads little: the process that draws must be there at once."""
