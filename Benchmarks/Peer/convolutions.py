"""PyTorch's convolutions, one at a time, on command: a side of ConvolutionBenchmark.

Arguments: the file of shapes, threads. Commands: "INDEX PASS FORMAT REPETITIONS", as in
"3 backward-data nhwc 10"; answered by the mean seconds of a pass, after one that is not counted.
Every operand is in the memory format asked for.
"""

import csv
import functools
import sys

import torch
import torch.nn.functional as F

from service import MEMORY_FORMATS, seconds, serve


class Case:
    """The operands of one shape in one memory format."""

    def __init__(self, shape, memory_format):
        order = MEMORY_FORMATS[memory_format]
        images, height, width, inputs, outputs, kernel, self.stride, self.groups = shape
        self.padding = kernel // 2
        self.x = torch.randn(images, inputs, height, width).to(memory_format=order)
        self.weight = torch.randn(outputs, inputs // self.groups, kernel, kernel).to(
            memory_format=order
        )
        self.gradient = torch.randn_like(self.forward())

    def forward(self):
        return F.conv2d(self.x, self.weight, None, self.stride, self.padding, 1, self.groups)

    def backward(self, data, weights):
        return torch.ops.aten.convolution_backward(
            self.gradient,
            self.x,
            self.weight,
            None,
            [self.stride] * 2,
            [self.padding] * 2,
            [1, 1],
            False,
            [0, 0],
            self.groups,
            [data, weights, False],
        )

    def run(self, which):
        if which == "forward":
            self.forward()
        else:
            self.backward(which == "backward-data", which == "backward-weights")


def main():
    with open(sys.argv[1]) as file:
        shapes = [[int(number) for number in row[1:]] for row in list(csv.reader(file))[1:]]
    torch.manual_seed(0)
    torch.set_num_threads(int(sys.argv[2]))

    @functools.lru_cache(maxsize=len(MEMORY_FORMATS))
    def case(index, memory_format):
        return Case(shapes[index], memory_format)

    def answer(index, which, memory_format, repetitions):
        current, repetitions = case(int(index), memory_format), int(repetitions)
        with torch.no_grad():
            current.run(which)
            return seconds(lambda: [current.run(which) for _ in range(repetitions)]) / repetitions

    serve(answer)


main()
