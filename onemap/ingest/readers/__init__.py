"""One reader for each kind of file: what is in it, as it was written."""
