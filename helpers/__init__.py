"""The layers under the notebooks: maths below, figures above it, explorers on top; a layer imports from those below."""
