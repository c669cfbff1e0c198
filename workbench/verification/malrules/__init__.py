"""Malrules: named buggy rules, searched for the one that makes a wrong line from the line before it."""
