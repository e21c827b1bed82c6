"""Success over lengths by model and seed: an experiment's cells, the table they stand in, the run that fills it."""

# What the common builds of BLAS read when numpy is loaded. A cell fills one core, and with one thread its sums have one
# order, so that its digits do not depend on how many cores there are.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
