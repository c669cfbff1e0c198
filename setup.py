"""The one step of the build that pyproject.toml cannot state: a wheel carries the shipped data and the notebooks."""

from pathlib import Path
from shutil import copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py

LEFT_OUT = ignore_patterns("pictures", "__pycache__", ".ipynb_checkpoints", "*.partial")


class BuildWithData(build_py):
    """Copies `data/` and `notebooks/` into the package; an editable installation reads them where they lie."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for name in ("data", "notebooks"):
                copytree(name, Path(self.build_lib, "workbench", name), ignore=LEFT_OUT, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithData})
