"""Room 3, what follows: layers in, graded and explained findings out."""
