"""The page with the drawer's documents: putting in, watching them being read, finding them, taking out."""
