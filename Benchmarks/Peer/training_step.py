"""PyTorch training steps, one at a time, on command: the other side of StepBenchmark.

Arguments: network, images of a batch, threads, memory format. Commands: "left+right 64,64,..."
trains those slices of the given widths in one step (zero_grad; for each slice forward,
cross-entropy, backward; SGD with momentum).
"""

import sys

import torch
import torch.nn.functional as F

from networks import prepared
from service import seconds, serve


def main():
    name, batch, threads, memory_format = sys.argv[1:]
    torch.manual_seed(0)
    torch.set_num_threads(int(threads))
    network, images, labels = prepared(name, int(batch), memory_format)
    optimizer = torch.optim.SGD(
        network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, fused=True
    )

    def step(sides, widths):
        optimizer.zero_grad(set_to_none=True)
        for side in sides:
            network.slice(widths, side)
            (F.cross_entropy(network(images), labels) / len(sides)).backward()
        optimizer.step()

    def answer(sides, widths):
        sides, widths = sides.split("+"), [int(width) for width in widths.split(",")]
        return seconds(lambda: step(sides, widths))

    serve(answer)


main()
