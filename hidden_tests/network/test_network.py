"""Hidden tests of the neural network.

Gradients are checked against central differences, taken here by calling the learner's forward with moved inputs:
df/dx ~ (f(x + h) - f(x - h)) / 2h.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEP = 1e-5


def array(value: Any, shape: tuple[int, ...]) -> Array:
    """Check that a result is an array of finite numbers in this shape."""
    assert isinstance(value, np.ndarray), "The result should be a numpy array."
    assert value.shape == shape, f"The result has the shape {value.shape}, it should be {shape}."
    assert np.issubdtype(value.dtype, np.number), "The result should hold numbers."
    assert np.isfinite(value).all(), "The result has infinite values or NaN in it."
    return np.asarray(value, dtype=float)


def numerical_gradient(function: Callable[[Array], float], x: Array) -> Array:
    gradient = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[i] += STEP
        down[i] -= STEP
        gradient[i] = (function(up) - function(down)) / (2 * STEP)
    return gradient


def close(value: Any, expected: Any) -> bool:
    return bool(np.allclose(value, expected, rtol=1e-4, atol=1e-6))


def dense_case() -> tuple[Array, Array, Array, Array]:
    """Return weights (3, 2), bias (2,), input (4, 3) and a gradient of the output (4, 2)."""
    rng = np.random.default_rng(11)
    return rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(4, 3)), rng.normal(size=(4, 2))


def network_case() -> tuple[list[tuple[Array, Array]], Array, Array]:
    """Return the parameters of a 2-3-2 network, an input (5, 2) and a gradient of the logits (5, 2)."""
    rng = np.random.default_rng(12)
    parameters = [(rng.normal(size=(2, 3)), rng.normal(size=3)), (rng.normal(size=(3, 2)), rng.normal(size=2))]
    return parameters, rng.normal(size=(5, 2)), rng.normal(size=(5, 2))


def true_cross_entropy(logits: Array, labels: NDArray[np.int64]) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())


def make_spirals(points_per_arm: int, seed: int) -> tuple[Array, NDArray[np.int64]]:
    """Return points like those of the notebook, (3 * points_per_arm, 2), and the arm of each."""
    rng = np.random.default_rng(seed)
    radius = np.tile(np.linspace(0.1, 1, points_per_arm), 3)
    arm = np.repeat(np.arange(3), points_per_arm)
    angle = arm * 2 * np.pi / 3 + 3.2 * radius + rng.normal(0, 0.2, 3 * points_per_arm)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), arm


def recognised(network: Any, seed: int) -> float:
    """Return the share of new points whose arm the network predicts."""
    points, arm = make_spirals(100, seed)
    return float(np.mean(array(network.predict(points), (300,)) == arm))


@pytest.mark.points(1)
@pytest.mark.hint(
    "Weighted sums of the inputs, plus the bias, for all samples at once. Which matrix stands on the left?"
)
def test_dense_forward(learner: Any) -> None:
    """Dense: output"""
    weights, bias, x, _ = dense_case()
    output = array(learner.layers.Dense(weights, bias).forward(x), (4, 2))
    assert close(output, x @ weights + bias)


@pytest.mark.points(2)
@pytest.mark.hint(
    "Compare grad_weights and grad_bias with the numerical gradient in the notebook, for more than one sample."
)
def test_dense_gradients_of_parameters(learner: Any) -> None:
    """Dense: gradients for weights and bias"""
    weights, bias, x, grad_output = dense_case()
    layer = learner.layers.Dense(weights, bias)
    layer.forward(x)
    layer.backward(grad_output)
    for_weights, for_bias = array(layer.grad_weights, (3, 2)), array(layer.grad_bias, (2,))

    def loss(w: Array, b: Array) -> float:
        return float((array(learner.layers.Dense(w, b).forward(x), (4, 2)) * grad_output).sum())

    assert close(for_weights, numerical_gradient(lambda w: loss(w, bias), weights)), "grad_weights is not right yet."
    assert close(for_bias, numerical_gradient(lambda b: loss(weights, b), bias)), "grad_bias is not right yet."


@pytest.mark.points(1)
@pytest.mark.hint("The gradient that backward returns has the shape of the input, and it depends on the weights.")
def test_dense_gradient_of_input(learner: Any) -> None:
    """Dense: gradient for the input"""
    weights, bias, x, grad_output = dense_case()
    layer = learner.layers.Dense(weights, bias)
    layer.forward(x)
    for_input = array(layer.backward(grad_output), (4, 3))

    def loss(moved: Array) -> float:
        other = learner.layers.Dense(weights, bias)
        return float((array(other.forward(moved), (4, 2)) * grad_output).sum())

    assert close(for_input, numerical_gradient(loss, x))


@pytest.mark.points(1)
@pytest.mark.hint(
    "Where ReLU put a 0, the output does not change with the input. Which numbers decide where: input or gradient?"
)
def test_relu(learner: Any) -> None:
    """ReLU: output and gradient"""
    x, grad_output = np.array([[-2.0, 0.5, 3.0], [1.5, -0.1, -4.0]]), np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])
    layer = learner.layers.ReLU()
    assert close(array(layer.forward(x), (2, 3)), np.where(x > 0, x, 0)), "forward is not right yet."
    assert close(array(layer.backward(grad_output), (2, 3)), np.where(x > 0, grad_output, 0)), (
        "backward is not right yet."
    )


@pytest.mark.points(1)
@pytest.mark.hint("Each row holds the probabilities of one sample: what is the sum of each row?")
def test_softmax(learner: Any) -> None:
    """softmax: probabilities for each sample"""
    logits = np.array([[1.0, 2.0, 0.0], [-1.0, -1.0, 3.0]])
    powers = np.exp(logits)
    assert close(array(learner.losses.softmax(logits), (2, 3)), powers / powers.sum(axis=1, keepdims=True))


@pytest.mark.points(1)
@pytest.mark.hint("Which number may you subtract from all logits of a sample so that no power becomes huge?")
def test_softmax_of_large_logits(learner: Any) -> None:
    """softmax: large logits do not overflow, very small ones do not vanish"""
    logits = np.array([[1000.0, 1000.0, 0.0], [-2000.0, -2000.0, -2000.0], [0.0, 800.0, -800.0]])
    expected = [[0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3], [0.0, 1.0, 0.0]]
    assert close(array(learner.losses.softmax(logits), (3, 3)), expected)


@pytest.mark.points(1)
@pytest.mark.hint(
    "Take the probability of the right class of each sample, then the logarithm, then the mean. Mind the sign."
)
def test_cross_entropy(learner: Any) -> None:
    """cross_entropy: the mean loss of several samples"""
    logits, labels = np.array([[2.0, 0.0, 1.0], [0.5, 0.5, -1.0], [0.0, -3.0, 1.0]]), np.array([0, 2, 1])
    loss = learner.losses.cross_entropy(logits, labels)
    assert np.shape(loss) == () and isinstance(loss, float | np.number | np.ndarray), (
        "cross_entropy should return a number."
    )
    assert close(loss, true_cross_entropy(logits, labels))


@pytest.mark.points(2)
@pytest.mark.hint("Compare with the numerical gradient in the notebook. Is the loss a sum over the samples or a mean?")
def test_cross_entropy_gradient(learner: Any) -> None:
    """cross_entropy_gradient: agrees with the numerical gradient"""
    rng = np.random.default_rng(13)
    logits, labels = rng.normal(size=(4, 3)), np.array([2, 0, 1, 0])
    gradient = array(learner.losses.cross_entropy_gradient(logits, labels), (4, 3))
    assert close(gradient, numerical_gradient(lambda moved: true_cross_entropy(moved, labels), logits))


@pytest.mark.points(2)
@pytest.mark.hint(
    "In which order does the gradient meet the layers? What one layer's backward returns is what the next one needs."
)
def test_network_gradients(learner: Any) -> None:
    """Network: gradients of all parameters"""
    parameters, x, grad_output = network_case()
    network = learner.model.Network.from_parameters(parameters)
    network.forward(x)
    network.backward(grad_output)
    gradients = network.gradients()
    for i in range(len(parameters)):
        for kind in (0, 1):

            def loss(moved: Array, i: int = i, kind: int = kind) -> float:
                changed = [list(pair) for pair in parameters]
                changed[i][kind] = moved
                output = learner.model.Network.from_parameters(changed).forward(x)
                return float((array(output, (5, 2)) * grad_output).sum())

            parameter = parameters[i][kind]
            assert close(array(gradients[i][kind], parameter.shape), numerical_gradient(loss, parameter))


@pytest.mark.points(1)
@pytest.mark.hint("Every parameter moves against its gradient: weights and biases, in all dense layers.")
def test_step(learner: Any) -> None:
    """Network: one step of gradient descent"""
    parameters, x, grad_output = network_case()
    network = learner.model.Network.from_parameters(parameters)
    network.forward(x)
    network.backward(grad_output)
    gradients = network.gradients()
    assert all(np.any(part != 0) for pair in gradients for part in pair), "The gradients are still zero after backward."
    network.step(0.25)
    for old, gradient, new in zip(parameters, gradients, network.parameters(), strict=True):
        for kind in (0, 1):
            assert close(new[kind], old[kind] - 0.25 * gradient[kind])


@pytest.mark.points(2)
@pytest.mark.hint(
    "Does the loss fall from epoch to epoch? If not, check the gradients first, then the order within a batch."
)
def test_training(learner: Any) -> None:
    """train: a fresh network learns to tell the spirals apart"""
    points, arm = make_spirals(95, seed=21)
    network = learner.model.Network.random([2, 24, 3], 5)
    history = learner.model.train(network, points, arm, 120, 20, 0.4, 6)
    assert isinstance(history, list) and len(history) == 120, "train should return a list with one loss for each epoch."
    assert history[-1] < 0.5 * history[0], "The loss does not fall enough."
    assert recognised(network, seed=22) >= 0.9, "Fewer than 90 % of new points are recognised."


@pytest.mark.points(1)
@pytest.mark.hint(
    "Train longer, or with another learning rate, until x_test is recognised well enough. Keep the result as network."
)
def test_trained_network(learner: Any) -> None:
    """The variable network: recognises points it has never seen"""
    assert learner.network is not None, "There is no trained network yet."
    assert recognised(learner.network, seed=23) >= 0.9, "Fewer than 90 % of new points are recognised."
