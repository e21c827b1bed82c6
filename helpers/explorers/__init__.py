"""Controls bound to maths and figures: one function an explorer, each returning a live figure."""
