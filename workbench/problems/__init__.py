"""Tutoring problems by skill and level: generators, splits, readers of files. See README.md."""
