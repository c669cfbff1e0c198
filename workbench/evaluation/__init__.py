"""Measuring a policy: metrics with intervals, comparison, the contract of the shipped model."""
