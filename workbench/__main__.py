"""The whole command line: the product's commands, and those of the lab, which measures and builds the project."""

from __future__ import annotations

from workbench.cli.main import COMMANDS, Entry, command_line

LAB = (
    Entry("bench", "workbench.lab.bench:bench", "Measure the verifier's speed and safety."),
    Entry("contract", "workbench.lab.commands:contract", "Measure how a tutor model uses help."),
    Entry("pretrain", "workbench.lab.commands:pretrain", "Make a tutor model from scratch."),
    Entry("notebooks", "workbench.lab.commands:notebooks", "Run the notebooks, or check them."),
    Entry("lab", "workbench.lab.commands:lab", "Open the notebooks in JupyterLab."),
)

app = command_line((*COMMANDS, *LAB))

if __name__ == "__main__":
    app()
