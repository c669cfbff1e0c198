"""What one line states: claims, relations between letters, and what a checker sees and answers."""
