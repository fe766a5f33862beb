"""The QGIS project over the GeoPackage: its layers, themes, bookmarks and print layouts."""
