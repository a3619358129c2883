"""What a passage answers, as questions, by rule."""
