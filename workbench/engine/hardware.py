"""Where a model runs: device, dtype, and an allocator that does not thrash on small machines."""

from __future__ import annotations

import ctypes
import platform
import sys

import torch

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_KEEP = 1 << 30


def tune_allocator() -> None:
    """Let glibc keep large freed blocks instead of handing them back to the kernel.

    With the defaults each large temporary tensor is mapped and unmapped again, and on a small virtual
    machine training spends most of its time in page faults. Does nothing where there is no glibc.
    """
    if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        return
    mallopt = ctypes.CDLL(None).mallopt
    for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD, _M_TOP_PAD):
        mallopt(option, _KEEP if option != _M_TOP_PAD else 64 << 20)


ALL_THREADS = torch.get_num_threads()
"""PyTorch's own choice, before anything here changed it: a large model gets it back after a small one."""
SMALL = 10_000_000
"""Parameters below which a second CPU thread mostly waits: the tutor of 1.7 million trains a tenth faster with two
threads on an idle machine, and at half the speed beside a job that takes all cores. One thread keeps 0.65."""


def choose_threads(parameters: int, threads: int | None = None) -> None:
    """Set the CPU threads: those that were asked for, one for a small model, and torch's own choice for others."""
    torch.set_num_threads(threads or (1 if parameters < SMALL else ALL_THREADS))


def start_engine(seed: int) -> None:
    """Seed what is random in a model's making, such as new adapters."""
    torch.manual_seed(seed)


def choose_device(wanted: str = "auto") -> torch.device:
    """Return the device asked for, or the best one present."""
    if wanted != "auto":
        return torch.device(wanted)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def choose_dtype(device: torch.device, wanted: str = "auto") -> torch.dtype:
    """Return bfloat16 on a GPU that has it, else float32."""
    if wanted != "auto":
        dtype = getattr(torch, wanted)
        assert isinstance(dtype, torch.dtype)
        return dtype
    if device.type == "cuda" and torch.cuda.is_bf16_supported():
        return torch.bfloat16
    return torch.float32


def describe_machine() -> str:
    """Return the machine in a line, for results."""
    device = choose_device()
    name = torch.cuda.get_device_name() if device.type == "cuda" else platform.processor() or platform.machine()
    return f"{name}, {torch.get_num_threads()} threads, torch {torch.__version__}, Python {platform.python_version()}"
