"""Arrays drawn on axes; no computing, no widgets, no pyplot."""
