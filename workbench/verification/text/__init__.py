"""Text to tokens, bounded syntax trees, chains and steps. Knows no algebra."""
