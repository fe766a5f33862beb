"""Measuring in the plane over flat arrays: trees of boxes, areas in discs and zones, distances."""
