"""Layers that slice a shared weight, as public supernet code does.

Where that code calls `contiguous()` on a slice, the slice is made in the memory format of the
feature maps here, which spares PyTorch a second copy.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


def kept(full, count, side):
    """The first or the last `count` of `full` channels."""
    return slice(0, count) if side == "left" else slice(full - count, full)


class Sliced:
    """A layer with a side from which channels are kept."""

    side = "left"


class SlicedConvolution(nn.Conv2d, Sliced):
    def __init__(self, inputs, outputs, kernel, stride=1, depthwise=False):
        groups = inputs if depthwise else 1
        super().__init__(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.depthwise, self.active = depthwise, outputs
        self.memory_format = torch.contiguous_format

    def forward(self, x):
        inputs = x.shape[1]
        columns = kept(self.in_channels, inputs, self.side)
        if self.depthwise:
            weight, groups = self.weight[columns], inputs
        else:
            rows = kept(self.out_channels, self.active, self.side)
            weight, groups = self.weight[rows, columns], 1
        weight = weight.contiguous(memory_format=self.memory_format)
        return F.conv2d(x, weight, None, self.stride, self.padding, 1, groups)


class SlicedNormalization(nn.BatchNorm2d, Sliced):
    def forward(self, x):
        c = kept(self.num_features, x.shape[1], self.side)
        return F.batch_norm(
            x,
            self.running_mean[c],
            self.running_var[c],
            self.weight[c],
            self.bias[c],
            self.training,
            self.momentum,
            self.eps,
        )


class SlicedLinear(nn.Linear, Sliced):
    def forward(self, x):
        return F.linear(x, self.weight[:, kept(self.in_features, x.shape[1], self.side)], self.bias)


class Unit(nn.Module):
    """Convolution, batch normalisation and, where given, an activation in place."""

    def __init__(self, inputs, outputs, kernel, stride=1, depthwise=False, activation=None):
        super().__init__()
        self.convolution = SlicedConvolution(inputs, outputs, kernel, stride, depthwise)
        self.normalization, self.activation = SlicedNormalization(outputs), activation

    def forward(self, x):
        x = self.normalization(self.convolution(x))
        return self.activation(x) if self.activation else x
