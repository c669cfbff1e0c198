"""The door to a model: sampling, scoring and weight updates."""
