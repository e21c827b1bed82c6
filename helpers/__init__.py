"""The rooms under the notebooks: maths below, figures above it, explorers on top; each floor imports only downwards."""
