#!/usr/bin/env bash
# The backward pass of `tensor[rows]` is not reproducible on a CPU with two threads, where a row is picked more than once.
#
# Expected: on a CPU, with fixed seeds and a fixed number of threads, the same backward pass gives the same bits.
# `index_select` and `embedding`, which pick the same rows, do so, and one thread does so with all three.
# Seen (torch 2.13.0, CPU build, two threads): 20 of 20 repeats of `states[rows]` give another gradient in the last
# bits; the repeats of `index_select` and `torch.nn.functional.embedding` give none.
# Whom it hurts: whoever packs sequences that share a prefix and gathers hidden states by index. Two training runs with
# the same seed then drift apart, and a resumed run is not the run that was interrupted.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q 'torch==2.13.0' 'numpy==2.4.6'
cat > "$folder/gather.py" <<'PYTHON'
import sys

import torch

torch.manual_seed(0)
torch.set_num_threads(2)
states = torch.randn(2048, 96)
rows = torch.randint(0, 64, (20000,))
weights = torch.randn(20000, 96)


def gradient(pick):
    leaf = states.clone().requires_grad_()
    (pick(leaf) * weights).sum().backward()
    return leaf.grad


def differing(pick):
    first = gradient(pick)
    return sum(not torch.equal(first, gradient(pick)) for _ in range(20))


ways = {
    "states[rows]": lambda x: x[rows],
    "index_select": lambda x: x.index_select(0, rows),
    "embedding": lambda x: torch.nn.functional.embedding(rows, x),
}
found = {name: differing(pick) for name, pick in ways.items()}
print(f"torch {torch.__version__}, {torch.get_num_threads()} threads: repeats of 20 that differ: {found}")
torch.set_num_threads(1)
alone = differing(ways["states[rows]"])
print(f"one thread, states[rows]: {alone}")
as_seen = found["states[rows]"] > 0 and not (found["index_select"] or found["embedding"] or alone)
print("as described" if as_seen else "CHANGED: this is no longer what happens")
sys.exit(0 if as_seen else 1)
PYTHON
"$folder/env/bin/python" "$folder/gather.py"
