"""What is wrong with data: outlines, whole layers, and layers beside one another."""
