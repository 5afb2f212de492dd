"""One PyTorch training step at a time, on command: the other side of StepBenchmark.

Reads lines "WIDTH" (a fraction) from standard input; for each, runs one step (zero_grad, forward, cross-entropy,
backward, SGD with momentum) and prints its seconds. The layers slice a shared weight as public supernet code does.
"""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class SlicedConvolution(nn.Conv2d):
    def __init__(self, inputs, outputs, kernel, stride=1, depthwise=False):
        super().__init__(inputs, outputs, kernel, stride, kernel // 2, groups=inputs if depthwise else 1, bias=False)
        self.depthwise, self.active = depthwise, outputs

    def forward(self, x):
        inputs = x.shape[1]
        if self.depthwise:
            return F.conv2d(x, self.weight[:inputs].contiguous(), None, self.stride, self.padding, 1, inputs)
        return F.conv2d(x, self.weight[: self.active, :inputs].contiguous(), None, self.stride, self.padding)


class SlicedNormalization(nn.BatchNorm2d):
    def forward(self, x):
        c = x.shape[1]
        return F.batch_norm(x, self.running_mean[:c], self.running_var[:c], self.weight[:c], self.bias[:c],
                            True, self.momentum, self.eps)


class Unit(nn.Module):
    """Convolution, batch normalisation and, where asked, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, depthwise=False, relu=False):
        super().__init__()
        self.convolution = SlicedConvolution(inputs, outputs, kernel, stride, depthwise)
        self.normalization, self.relu = SlicedNormalization(outputs), relu

    def forward(self, x):
        x = self.normalization(self.convolution(x))
        return F.relu_(x) if self.relu else x


class Basic(nn.Module):
    def __init__(self, inputs, middle, outputs, stride, shortcut):
        super().__init__()
        self.first, self.second = Unit(inputs, middle, 3, stride, relu=True), Unit(middle, outputs, 3)
        self.shortcut = shortcut

    def forward(self, x):
        y = self.second(self.first(x))
        return F.relu_(x + y if self.shortcut else y)


class Inverted(nn.Module):
    def __init__(self, inputs, middle, outputs, stride, shortcut):
        super().__init__()
        self.expand = Unit(inputs, middle, 1, relu=True)
        self.filter = Unit(middle, middle, 3, stride, depthwise=True, relu=True)
        self.project, self.shortcut = Unit(middle, outputs, 1), shortcut

    def forward(self, x):
        y = self.project(self.filter(self.expand(x)))
        return x + y if self.shortcut else y


class Network(nn.Module):
    def __init__(self, body, features, classes=10):
        super().__init__()
        self.body, self.features = nn.Sequential(*body), features
        self.weight = nn.Parameter(torch.randn(classes, features) * 0.01)
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, x):
        x = self.body(x).mean((2, 3))
        return F.linear(x, self.weight[:, : x.shape[1]], self.bias)

    def narrow(self, fraction):
        for module in self.modules():
            if isinstance(module, SlicedConvolution):
                module.active = round(module.out_channels * fraction)


def channel_bench_resnet():
    return Network([Unit(3, 256, 3, 2, relu=True), Basic(256, 256, 256, 1, True), Basic(256, 256, 256, 1, True),
                    Basic(256, 512, 512, 2, False), Basic(512, 512, 512, 1, True), Basic(512, 512, 512, 1, True)], 512)


def channel_bench_mobilenet():
    return Network([Unit(3, 128, 3, 2, relu=True), Inverted(128, 768, 128, 1, True), Inverted(128, 768, 128, 1, True),
                    Inverted(128, 768, 256, 2, False), Inverted(256, 1536, 256, 1, True),
                    Unit(256, 1024, 1, relu=True)], 1024)


def main():
    network, batch, threads, layout = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    order = torch.channels_last if layout == "nhwc" else torch.contiguous_format
    model = {"cbm-resnet": channel_bench_resnet, "cbm-mobilenet": channel_bench_mobilenet}[network]()
    model = model.to(memory_format=order)
    x = torch.randn(batch, 3, 32, 32).to(memory_format=order)
    y = torch.randint(10, (batch,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    print("torch", torch.__version__, flush=True)
    for line in sys.stdin:
        model.narrow(float(line))
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        print(time.perf_counter() - start, flush=True)


main()
