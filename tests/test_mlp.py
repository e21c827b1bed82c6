import numpy as np

from helpers.maths.gradcheck import central_difference
from helpers.maths.mlp import forward, random_net, reverse_accumulation


def test_the_row_at_the_input_is_the_derivative_of_the_net():
    layers = random_net([4, 3, 5, 1], ["tanh", "softmax", "sigmoid"], np.random.default_rng(0))
    x = np.linspace(-1, 1, 4)
    row = reverse_accumulation(layers, forward(layers, x), [[1.0]])[0]
    np.testing.assert_allclose(row, central_difference(lambda x: forward(layers, x).H[-1], x), rtol=1e-8)
