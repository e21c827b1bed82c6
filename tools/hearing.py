"""Who hears the name before training, and who then learns whom the pronoun means (notebook 10).

    python -m tools.hearing > helpers/data/hearing.csv

makes the data that notebook 10 shows again, in some minutes: one line per net, nine kinds of net, twice thirty seeds.
"""

from helpers.maths.training import Recipe, Training

KINDS = (
    {"model": "tanh", "gain": 0.8},
    {"model": "tanh", "gain": 1.0},
    {"model": "tanh", "gain": 1.5},
    {"model": "irnn"},
    {"model": "lstm", "forget_bias": 0.0},
    {"model": "lstm", "forget_bias": 1.0},
    {"model": "lstm", "forget_bias": 3.0},
    {"model": "gru", "forget_bias": 0.0},
    {"model": "gru", "forget_bias": 3.0},
)
FIRST_SEEDS = (0, 1000)
HEADER = "model,gain,forget_bias,seed,heard,solved_at"


def lines(kind, first_seed, n_nets=30):
    """Train nets of a kind over a gap of 40 words, for 200 updates, and return their lines of the data.

    "heard" is log10 of the gradient at the name before training, relative to that at the end; "solved_at" the update
    after which fewer than 1 % of 1000 fresh sentences were answered wrongly, -1 where none was.
    """
    seeds = tuple(range(first_seed, first_seed + n_nets))
    training = Training(Recipe("jane", 42, **kind, n_updates=200, seeds=seeds), n_test=1000)
    heard, recipe = training.heard(), training.recipe
    for _ in training.updates():
        pass
    return [
        f"{recipe.model},{recipe.gain:g},{recipe.forget_bias:g},{seed},{log10:.3f},{solved_at}"
        for seed, log10, solved_at in zip(seeds, heard, training.state.solved_at, strict=True)
    ]


if __name__ == "__main__":
    print(HEADER)
    for kind in KINDS:
        for first_seed in FIRST_SEEDS:
            print(*lines(kind, first_seed), sep="\n", flush=True)
