"""The layers of a network: each knows its output (forward) and its gradients (backward)."""

import numpy as np


class Dense:
    """A fully connected layer: every output is a weighted sum of all inputs plus a bias.

    weights has the shape (inputs, outputs), bias the shape (outputs,).
    """

    def __init__(self, weights, bias):
        self.weights = np.array(weights, dtype=float)
        self.bias = np.array(bias, dtype=float)
        self.grad_weights = np.zeros_like(self.weights)
        self.grad_bias = np.zeros_like(self.bias)

    def forward(self, x):
        """Return the output, shape (samples, outputs), for the input x, shape (samples, inputs).

        Keep what backward will need, for example as self.x.
        """
        raise NotImplementedError

    def backward(self, grad_output):
        """Return the gradient with respect to the input of the last forward.

        grad_output is the gradient of the loss with respect to the output, shape (samples, outputs).
        Also set self.grad_weights and self.grad_bias, in the shapes of weights and bias.
        """
        raise NotImplementedError


class ReLU:
    """The rectifier: negative values become 0, all others stay."""

    def forward(self, x):
        """Return the output for the input x; both have the same shape."""
        raise NotImplementedError

    def backward(self, grad_output):
        """Return the gradient with respect to the input of the last forward."""
        raise NotImplementedError
