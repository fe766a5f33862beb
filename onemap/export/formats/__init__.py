"""Layers and lists as files of geodata: one module for each format."""
