"""The command line `workbench`: one module for each command or family of commands, imported when it is asked for."""
