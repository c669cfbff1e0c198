"""`workbench compare`: methods x seeds from a plan, each run one small JSON, and what they show together."""
