"""What the scripts of this folder share: answering commands, one line each, with seconds."""

import sys
import time

import torch

MEMORY_FORMATS = {"nhwc": torch.channels_last, "nchw": torch.contiguous_format}


def serve(answer):
    """Says that it is ready, then prints `answer(*words)` for every line of standard input."""
    print("torch", torch.__version__, flush=True)
    for line in sys.stdin:
        print(answer(*line.split()), flush=True)


def seconds(work):
    """Seconds of wall time that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
