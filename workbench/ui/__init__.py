"""Pieces that the app and the notebooks share: step cards, typeset maths, figures, tabs."""
