"""Room 4, the atlas to files: one writer a file."""
