"""One module for each checker that needs no worked solution."""
