"""Procedural memory in three levels: experience, insight (strategy or lesson), pattern. See README.md."""
