"""坐标体检: where the rows of a source lie, and how that is proved."""
