"""Opens the app, as `workbench app` does: `python app.py [--run RUN] [--host H] [--port P] [--auth users.json]`."""

import sys

from workbench.__main__ import app

if __name__ == "__main__":
    app(["app", *sys.argv[1:]])
