"""Exact numbers: polynomials over the rationals, their roots, and square roots."""
