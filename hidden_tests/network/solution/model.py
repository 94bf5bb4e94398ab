"""A network of layers, and how it learns."""

from itertools import pairwise

import numpy as np
from layers import Dense, ReLU
from losses import cross_entropy, cross_entropy_gradient


class Network:
    """Layers in a row: the output of one is the input of the next."""

    def __init__(self, layers):
        self.layers = layers

    @classmethod
    def from_parameters(cls, parameters):
        """Build Dense layers from a list of pairs (weights, bias), with a ReLU between two of them. (Complete.)"""
        layers = []
        for weights, bias in parameters:
            layers += [Dense(weights, bias), ReLU()]
        return cls(layers[:-1])

    @classmethod
    def random(cls, sizes, seed):
        """Build a network of random weights; sizes=[2, 16, 3] has 2 inputs, 16 hidden units, 3 outputs. (Complete.)"""
        rng = np.random.default_rng(seed)
        shapes = pairwise(sizes)
        return cls.from_parameters([(rng.normal(0, np.sqrt(2 / n), (n, m)), np.zeros(m)) for n, m in shapes])

    def dense_layers(self):
        """Return the layers that have parameters. (Complete.)"""
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def parameters(self):
        """Return copies of all parameters as a list of pairs (weights, bias). (Complete.)"""
        return [(layer.weights.copy(), layer.bias.copy()) for layer in self.dense_layers()]

    def gradients(self):
        """Return copies of all gradients as a list of pairs (for weights, for bias). (Complete.)"""
        return [(layer.grad_weights.copy(), layer.grad_bias.copy()) for layer in self.dense_layers()]

    def forward(self, x):
        """Return the logits, shape (samples, classes), for the input x, shape (samples, inputs)."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad_output):
        """Send the gradient of the logits back through all layers; return the gradient of the input."""
        for layer in reversed(self.layers):
            grad_output = layer.backward(grad_output)
        return grad_output

    def step(self, learning_rate):
        """Move all parameters one step against their gradients (gradient descent)."""
        for layer in self.dense_layers():
            layer.weights -= learning_rate * layer.grad_weights
            layer.bias -= learning_rate * layer.grad_bias

    def predict(self, x):
        """Return the number of the most probable class for each row of x."""
        return self.forward(x).argmax(axis=1)


def train(network, x, labels, epochs, batch_size, learning_rate, seed):
    """Train a network by stochastic gradient descent; return the mean loss of each epoch as a list.

    In each epoch, shuffle the samples, cut them into batches of batch_size (the last one may be smaller), and do
    forward, backward and step for each batch. Shuffle with np.random.default_rng(seed), so that it can be repeated.
    """
    rng = np.random.default_rng(seed)
    history = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        total = 0.0
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            logits = network.forward(x[batch])
            total += cross_entropy(logits, labels[batch]) * len(batch)
            network.backward(cross_entropy_gradient(logits, labels[batch]))
            network.step(learning_rate)
        history.append(total / len(x))
    return history
