"""Everything that is said to people, in Korean and English; what failures say is in rag.errors."""
