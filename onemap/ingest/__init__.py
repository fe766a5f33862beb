"""Room 2, messy files to layers and issues: read, prove the CRS, match, repair, check."""
