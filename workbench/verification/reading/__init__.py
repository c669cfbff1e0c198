"""Reading: from a solution's text to steps, tokens, bounded syntax trees and the claims of a line."""
