"""The errors that people see: one sentence with the value that was wrong and the remedy."""


class WorkbenchError(Exception):
    """Something failed that is not the caller's doing. Exit code 1."""

    exit_code = 1


class BadInput(WorkbenchError, ValueError):
    """What the caller gave cannot be used: a file, a key, a value. Exit code 2."""

    exit_code = 2


class StorageError(WorkbenchError, OSError):
    """The disk or the store refused: full, unwritable, locked, or of another version."""
