"""What QGIS opens: styles, and the project over the GeoPackage."""
