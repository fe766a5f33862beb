"""Writes records in each bureau's own format, with the mess that the format comes with; the same bytes every time."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Final

import fiona
import geopandas as gpd
import pyogrio
import shapely
from ledgers import Record
from shapely.affinity import translate
from shapely.geometry import mapping
from shapes import CRS, lonlat

DAY: Final = "2026-10-31"
ARCGIS_PRJ: Final = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
ZONE_PREFIX_M: Final = 38_000_000

# The date in DBF and GeoPackage headers, and the unique ids of a file geodatabase, come from the clock otherwise.
pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{DAY}T00:00:00Z", "OPENFILEGDB_REPRODUCIBLE_UUID": "YES"})


def write_zone_shapefile(path: Path, records: list[Record], schema: dict[str, str]) -> None:
    """Write polygons in EPSG:4526 as GBK text without saying so: no .cpg, language byte 0, .prj as ArcGIS has it."""
    prefixed = [{**r, "geometry": translate(r["geometry"], ZONE_PREFIX_M)} for r in records]
    _write_shapefile(path, prefixed, schema, "EPSG:4526")
    path.with_suffix(".cpg").unlink()
    path.with_suffix(".prj").write_text(ARCGIS_PRJ, "ascii", newline="")
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = 0
    path.with_suffix(".dbf").write_bytes(dbf)


def write_zipped_shapefile(path: Path, records: list[Record], schema: dict[str, str]) -> None:
    """Write polygons in EPSG:4547 as a GBK shapefile with Chinese column names, zipped."""
    with tempfile.TemporaryDirectory() as folder:
        _write_shapefile(Path(folder, f"{path.stem}.shp"), records, schema, CRS)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                info = zipfile.ZipInfo(part.name, (2026, 10, 31, 0, 0, 0))
                info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
                archive.writestr(info, part.read_bytes())


def _write_shapefile(path: Path, records: list[Record], schema: dict[str, str], crs: str) -> None:
    with fiona.open(
        path, "w", driver="ESRI Shapefile", crs=crs, encoding="GBK", DBF_DATE_LAST_UPDATE=DAY,
        schema={"geometry": "Polygon", "properties": schema},
    ) as file:  # fmt: skip
        file.writerecords(_feature(r, mapping(r["geometry"])) for r in records)


def write_geopackage(path: Path, records: list[Record], layer: str) -> None:
    """Write records in EPSG:4490 as a GeoPackage."""
    frame = gpd.GeoDataFrame(records, geometry=[lonlat(r["geometry"]) for r in records], crs="EPSG:4490")
    pyogrio.write_dataframe(frame, path, driver="GPKG", layer=layer)


def write_geodatabase(path: Path, records: list[Record], layer: str) -> None:
    """Write polygons in EPSG:4547 as a file geodatabase, which holds nothing but multi-polygons."""
    frame = gpd.GeoDataFrame([_without(r, "cell") for r in records], crs=CRS)
    for name in [name for name in frame.columns if name.endswith("日期")]:
        frame[name] = frame[name].astype("datetime64[ms]")
    pyogrio.write_dataframe(frame, path, driver="OpenFileGDB", layer=layer, promote_to_multi=True)


def write_geojson(path: Path, records: list[Record], crs: str | None) -> None:
    """Write records in degrees as GeoJSON, with the old `crs` member or without; a line for each feature."""
    head: dict[str, Any] = {"type": "FeatureCollection", "name": path.stem}
    if crs:
        head["crs"] = {"type": "name", "properties": {"name": crs}}
    features = []
    for record in records:
        shape = record["geometry"]
        # Shapely writes an empty polygon as "coordinates": [] as well.
        place = json.loads(shapely.to_geojson(lonlat(shape)))
        features.append(json.dumps(_feature(record, place), ensure_ascii=False))
    text = json.dumps(head, ensure_ascii=False)[:-1] + ',\n"features": [\n' + ",\n".join(features) + "\n]}\n"
    path.write_text(text, "utf-8", newline="\n")


def write_kml(path: Path, records: list[Record], title: str) -> None:
    """Write plots, or lines, as Placemarks with ExtendedData, as phones and 奥维 do."""
    marks = []
    for record in records:
        data = "".join(
            f'<Data name="{name}"><value>{value}</value></Data>'
            for name, value in _without(record, "name", "geometry", "cell").items()
        )
        shape = record["geometry"]
        place = "" if shape is None else _kml_shape(lonlat(shape))
        marks.append(f"<Placemark><name>{record['name']}</name><ExtendedData>{data}</ExtendedData>{place}</Placemark>")
    body = "\n".join(marks)
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{title}</name><Folder><name>{title}</name>\n{body}\n</Folder></Document></kml>\n",
        "utf-8",
        newline="\n",
    )


def _kml_shape(shape: Any) -> str:
    corners = " ".join(f"{x:.7f},{y:.7f},0" for x, y in shapely.get_coordinates(shape))
    if shape.geom_type == "LineString":
        return f"<LineString><coordinates>{corners}</coordinates></LineString>"
    ring = f"<LinearRing><coordinates>{corners}</coordinates></LinearRing>"
    return f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"


def write_csv(path: Path, records: list[Record]) -> None:
    """Write a table with Windows line ends in GB18030, as an office program saves it."""
    lines = [",".join(records[0]), *(",".join(record.values()) for record in records)]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("gb18030"))


def _feature(record: Record, geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": _without(record, "geometry"), "geometry": geometry}


def _without(record: Record, *names: str) -> Record:
    return {name: value for name, value in record.items() if name not in names}
