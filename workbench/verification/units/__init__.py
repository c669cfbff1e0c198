"""Units of measure: their words, their sizes, and quantities in them."""
