"""Verdicts on whole files: rows in and out, the case table, and what share of a data set is decided."""
