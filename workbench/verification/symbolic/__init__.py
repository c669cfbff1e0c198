"""The last resort: roots, trigonometry and logarithms, given to SymPy in killable processes."""
