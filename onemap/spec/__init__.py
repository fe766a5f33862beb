"""Room 1, what things are: layers, rules and projects, read from TOML."""
