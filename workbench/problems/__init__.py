"""Tutoring problems by skill and level: generators, splits, readers of outside formats."""
