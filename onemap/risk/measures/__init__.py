"""The measures: each measures, and never hears of levels."""
