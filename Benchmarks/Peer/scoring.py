"""PyTorch forward passes without gradients, on command: the other side of ScoringBenchmark.

Arguments: network, images of a batch, threads, memory format. Commands: "inference 64,64,..." uses
the running statistics of batch normalisation (eval()); "calibration 64,64,..." takes the batch's
own and updates the running ones.
"""

import sys

import torch

from networks import prepared
from service import seconds, serve


def main():
    name, batch, threads, memory_format = sys.argv[1:]
    torch.manual_seed(0)
    torch.set_num_threads(int(threads))
    network, images, _ = prepared(name, int(batch), memory_format)

    def answer(mode, widths):
        network.train(mode == "calibration")
        network.slice([int(width) for width in widths.split(",")], "left")
        with torch.no_grad():
            return seconds(lambda: network(images))

    serve(answer)


main()
