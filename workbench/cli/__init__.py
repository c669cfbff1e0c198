"""The command line `workbench`. Torch and transformers are imported only by the commands that need them."""

from workbench.cli.main import app

__all__ = ["app"]
