"""The mathematics of the course, in numpy alone.

Conventions of every module (the notation table of notebook 00 says the same):

* A state has the index of the equation: ``H[t]`` is h_t and ``H[0]`` is given; step k maps ``H[k]`` to ``H[k + 1]``,
  and ``J[k]`` is dh_{k+1}/dh_k. Time is the leading axis.
* Where a batch reads in `rnn`, `lstm` and `gru`, its states are rows, (T, B, n). Where many nets train, in `many_nets`,
  they are columns, (T, S, n, B), as in the equations and in `mlp`, which is faster.
* Derivatives are in numerator layout: ``dy_dx`` has shape (dim y, dim x), so a gradient of a scalar is a row.
* Long products are kept as log10 of the absolute value with the sign beside it, so that nothing turns into 0 or inf
  on its way; -inf is an exact zero.
* Bad input raises ``ValueError`` that says what came and what was wanted.
"""
