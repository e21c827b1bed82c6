"""Success over lengths by model and seed: the cells of an experiment, their table, and the run that fills it."""

# The common builds of BLAS read these variables when numpy is loaded. A cell uses one core. With one thread sums have a
# fixed order, so that digits do not depend on the number of cores.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
