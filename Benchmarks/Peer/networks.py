"""Slimmable networks in PyTorch.

The ordinary convolutions of a network come in the order of Vernier's graph of the same name, so
that one list of widths fits both.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from layers import Sliced, SlicedConvolution, SlicedLinear, Unit
from service import MEMORY_FORMATS


def relu6(x):
    return F.relu6(x, inplace=True)


class Residual(nn.Module):
    """Layers plus a shortcut, through a projection where there is one, then ReLU."""

    def __init__(self, layers, shortcut=True, projection=None):
        super().__init__()
        self.layers, self.shortcut, self.projection = nn.Sequential(*layers), shortcut, projection

    def forward(self, x):
        y = self.layers(x)
        if self.shortcut:
            y = y + (self.projection(x) if self.projection else x)
        return F.relu_(y)


class InvertedResidual(nn.Module):
    def __init__(self, inputs, hidden, outputs, stride, shortcut, activation):
        super().__init__()
        expand = [Unit(inputs, hidden, 1, activation=activation)] if hidden != inputs else []
        self.layers = nn.Sequential(
            *expand,
            Unit(hidden, hidden, 3, stride, depthwise=True, activation=activation),
            Unit(hidden, outputs, 1)
        )
        self.shortcut = shortcut

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.shortcut else y


class Network(nn.Module):
    def __init__(self, body, features, classes):
        super().__init__()
        self.body, self.classifier = nn.Sequential(*body), SlicedLinear(features, classes)

    def forward(self, x):
        return self.classifier(self.body(x).mean((2, 3)))

    def slice(self, widths, side):
        """Sets the outputs of every ordinary convolution, in order, and the side of all layers."""
        convolutions = [
            m for m in self.modules() if isinstance(m, SlicedConvolution) and not m.depthwise
        ]
        for convolution, width in zip(convolutions, widths, strict=True):
            convolution.active = width
        for module in self.modules():
            if isinstance(module, Sliced):
                module.side = side


def basic(inputs, outputs, stride=1, shortcut=True):
    return Residual(
        [Unit(inputs, outputs, 3, stride, activation=F.relu_), Unit(outputs, outputs, 3)], shortcut
    )


def bottleneck(inputs, middle, stride, projects):
    layers = [
        Unit(inputs, middle, 1, activation=F.relu_),
        Unit(middle, middle, 3, stride, activation=F.relu_),
        Unit(middle, 4 * middle, 1),
    ]
    return Residual(layers, projection=Unit(inputs, 4 * middle, 1, stride) if projects else None)


def resnet50():
    body, inputs = [Unit(3, 64, 7, 2, activation=F.relu_), nn.MaxPool2d(3, 2, 1)], 64
    for middle, blocks, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for block in range(blocks):
            body.append(
                bottleneck(inputs, middle, stride if block == 0 else 1, projects=block == 0)
            )
            inputs = 4 * middle
    return Network(body, inputs, 1000)


def mobilenet_v2():
    body, inputs = [Unit(3, 32, 3, 2, activation=relu6)], 32
    stages = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1))
    for expansion, outputs, blocks, stride in stages + ((6, 160, 3, 2), (6, 320, 1, 1)):
        for block in range(blocks):
            hidden, step = expansion * inputs, stride if block == 0 else 1
            body.append(InvertedResidual(inputs, hidden, outputs, step, block > 0, relu6))
            inputs = outputs
    return Network(body + [Unit(320, 1280, 1, activation=relu6)], 1280, 1000)


def channel_bench_resnet():
    return Network(
        [
            Unit(3, 256, 3, 2, activation=F.relu_),
            basic(256, 256),
            basic(256, 256),
            basic(256, 512, 2, shortcut=False),
            basic(512, 512),
            basic(512, 512),
        ],
        512,
        10,
    )


def channel_bench_mobilenet():
    def block(inputs, hidden, outputs, stride=1):
        return InvertedResidual(inputs, hidden, outputs, stride, inputs == outputs, F.relu_)

    return Network(
        [
            Unit(3, 128, 3, 2, activation=F.relu_),
            block(128, 768, 128),
            block(128, 768, 128),
            block(128, 768, 256, 2),
            block(256, 1536, 256),
            Unit(256, 1024, 1, activation=F.relu_),
        ],
        1024,
        10,
    )


NETWORKS = {
    "resnet50": (resnet50, 224),
    "mobilenet-v2": (mobilenet_v2, 224),
    "cbm-resnet": (channel_bench_resnet, 32),
    "cbm-mobilenet": (channel_bench_mobilenet, 32),
}


def prepared(name, batch, memory_format):
    """A network by name and a batch of images and labels for it, all "nhwc" or all "nchw"."""
    build, side = NETWORKS[name]
    order = MEMORY_FORMATS[memory_format]
    network = build().to(memory_format=order)
    for module in network.modules():
        if isinstance(module, SlicedConvolution):
            module.memory_format = order
    images = torch.randn(batch, 3, side, side).to(memory_format=order)
    return network, images, torch.randint(network.classifier.out_features, (batch,))
