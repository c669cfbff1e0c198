"""A workbench for training small tutor models in mathematics."""

__version__ = "0.1.0"
