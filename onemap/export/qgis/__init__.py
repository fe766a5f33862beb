"""How QGIS shows tables: symbols, labels, forms, metadata, written without QGIS."""
