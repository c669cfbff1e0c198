"""The one edit that puts a wrong line right, and the name of the mistake that made it."""
