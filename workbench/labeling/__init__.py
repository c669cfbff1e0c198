"""Labels by people: the queue, agreement, import and export, and verifier versions made from labels."""
