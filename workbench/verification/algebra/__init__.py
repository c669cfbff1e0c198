"""Algebra: what follows from what, line to line, by exact polynomials; and the edit that repairs a line."""
