"""From the outputs of a network to a loss: softmax and cross-entropy."""

import numpy as np


def softmax(logits):
    """Turn each row of logits, shape (samples, classes), into probabilities.

    Large logits must not overflow: np.exp(1000) is infinite.
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def cross_entropy(logits, labels):
    """Return the loss, a number: the mean over all samples of -log(probability of the right class).

    logits has the shape (samples, classes); labels holds the number of the right class of each sample.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_probabilities[np.arange(len(labels)), labels].mean()


def cross_entropy_gradient(logits, labels):
    """Return the gradient of cross_entropy with respect to the logits, in the shape of logits."""
    gradient = softmax(logits)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)
