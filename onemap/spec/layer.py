"""What a layer is: its fields, classes and look, as written in `layers/<id>.toml`."""

from __future__ import annotations

import math
import re
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from onemap.geodesy import factors_of
from onemap.spec.blanks import BLANKS, UNKNOWNS
from onemap.spec.toml import Spec
from onemap.text import fold, pick, tr

GeometryKind = Literal["point", "line", "polygon", "table", "raster"]
FieldType = Literal["text", "integer", "number", "date", "class"]
Unit = Literal["m2", "mu", "wan_mu", "ha", "km2", "m", "km", "mg/kg", "ug/kg", "g/L", "mg/L", "ug/L", "ng/L", "t", "kg"]
CodeCheck = Literal["credit_code", "plot_code", "industry_code"]

IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]*")
DBF_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
COLOUR: Final = r"^#[0-9a-fA-F]{6}$"
RESERVED: Final = frozenset(
    {"geometry", "source", "source_row", "located_in", "fid", "findings", "findings_points", "reaches", "issues"}
)
"""Columns that the program itself adds to every layer, and the tables beside the layers in the GeoPackage."""

RESERVED_DBF: Final = frozenset(
    {"FID", "OID", "OBJECTID", "SHAPE", "SHAPE_AREA", "SHAPE_LENG", "SHAPE_LEN", "GEOMETRY"}
    | {"SOURCE", "SOURCE_ROW", "LOCATED_IN"}
)
"""DBF names of columns that ArcGIS makes itself, and hides or renames where they are there, and of our own."""

MOST_FIELDS: Final = 252
"""ArcGIS reads 255 columns of a DBF file; three are those that the program adds."""

DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)
"""No file on Windows can be called so, whatever its ending."""

TABLES: Final = re.compile(r"layer_styles|qgis_projects|(gpkg|rtree|sqlite)_.*")
"""Tables of a GeoPackage that are no layers."""

YEAR: Final = "{year}"
YEARS: Final = range(2015, 2041)
"""What an alias may have in the place of a year, and the years that are understood there."""

_OF_FEATURES: Final = ("key", "label", "class", "class_field", "fields", "classes", "coverage")
"""Keys of a layer that speak of its features, of which a raster has none."""


def as_tuple(value: Any) -> Any:
    """Return a single value as a tuple of one, so that a TOML key takes one or a list."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


class Alias(Spec):
    """A raw column name that means a field, with the unit its numbers come in.

    In the name {year} stands for any year: tables of targets name a year in their headers, and each year another one.
    """

    name: str
    unit: Unit | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it stands for, itself the first."""
        if YEAR not in self.name:
            return (self.name,)
        return (self.name, *(self.name.replace(YEAR, str(year)) for year in YEARS))


def _as_alias(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class ClassSpec(Spec):
    """A named value of a class field."""

    title: str
    title_en: str = ""
    aliases: tuple[str, ...] = ()
    fill: str | None = Field(default=None, pattern=COLOUR)
    shape: Literal["circle", "square", "diamond", "triangle", "cross"] | None = None
    glyph: str = Field(default="", max_length=1, description="one character inside its symbol")
    hatch: Literal["diagonal", "dots", "cross"] | None = Field(
        default=None, description="what tells the class from others where colours are hard to tell apart"
    )

    @property
    def label(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)

    def words(self, own_id: str) -> set[str]:
        """Return every text, folded, that means this class."""
        return {fold(word) for word in (own_id, self.title, self.title_en, *self.aliases) if word}


class FieldSpec(Spec):
    """A column of a layer."""

    title: str
    title_en: str = ""
    type: FieldType = "text"
    dbf: str
    aliases: tuple[Annotated[Alias, BeforeValidator(_as_alias)], ...] = ()
    required: bool = False
    unique: bool = False
    repeats_with: str | None = Field(
        default=None, description="a field: what agrees in it as well may stand again, as the parts of one thing do"
    )
    tells_apart: bool = Field(
        default=False, description="records that differ in it are two things, be their name and place one"
    )
    minimum: float | None = None
    maximum: float | None = None
    unit: Unit | None = None
    unit_in: str | None = Field(
        default=None, description="a class field that says in which unit each number is; the number stays as it is"
    )
    pattern: str | None = None
    check: CodeCheck | None = Field(default=None, description="what the characters of a code must fulfil")
    formats: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    unknown_is_blank: bool | None = Field(
        default=None,
        description="words such as 无 are no value here; left out: in codes, dates, numbers, townships, key and label",
    )
    counters: tuple[str, ...] = Field(default=(), description="what may stand behind its numbers: 人, 年")
    prefixes: tuple[str, ...] = Field(default=(), description="what may stand before its numbers: 不少于 of a target")
    below_detection: bool = Field(
        default=False, description="<0.05, 0.05L and 未检出 are values: the detection limit, or none, is kept"
    )
    lists_undetected: bool = Field(
        default=False, description="a text into which the program writes what of a record was below detection"
    )
    measures_area: bool = Field(default=False, description="a declared area, compared with the measured one")
    names_township: bool = Field(default=False, description="the stated township, compared with the place")
    sample: str | None = Field(
        default=None, description="a raster layer that fills the field where the source has no value of its own"
    )
    example: str | None = Field(default=None, description="a value as a bureau writes it, for its workbook's example")
    note: str = Field(default="", description="what is meant, in Chinese, for whoever fills in the bureau's workbook")
    classes: dict[str, ClassSpec] = {}

    @property
    def label(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)

    @property
    def has_unit(self) -> bool:
        """Whether its numbers are in some unit, be it one for all or one for each."""
        return self.unit is not None or self.unit_in is not None

    @property
    def names_one(self) -> bool:
        """Whether two things may not have the same value."""
        return self.unique or self.repeats_with is not None

    @cached_property
    def blanks(self) -> frozenset[str]:
        """The folded texts that mean "no value" here."""
        return frozenset(fold(text) for text in (*BLANKS, *self.blank))

    def has_none(self, text: str) -> bool:
        """Tell whether a folded text means "no value" here."""
        return text in self.blanks or (self._knows_unknowns and text.strip("()[]?!.。") in ("", *UNKNOWNS))

    @property
    def _knows_unknowns(self) -> bool:
        if self.unknown_is_blank is not None:
            return self.unknown_is_blank
        is_code = self.pattern is not None or self.unique
        return is_code or self.names_township or self.type in ("integer", "number", "date")

    @cached_property
    def class_of(self) -> dict[str, str]:
        """The class id that each folded word means."""
        return {word: own_id for own_id, spec in self.classes.items() for word in spec.words(own_id)}

    @field_validator("dbf")
    @classmethod
    def _dbf_is_ascii(cls, name: str) -> str:
        if not DBF_NAME.fullmatch(name):
            message = tr("{name!r} is not a DBF name: A-Z, 0-9 and _, at most 10", name=name)
            raise ValueError(message)
        return name

    @field_validator("pattern")
    @classmethod
    def _pattern_compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as fault:
            message = tr("{pattern!r} is not a regular expression: {fault}", pattern=pattern, fault=fault)
            raise ValueError(message) from None
        return pattern

    @model_validator(mode="after")
    def _a_number_is_counted(self) -> Self:
        if (self.counters or self.prefixes) and self.type not in ("integer", "number"):
            message = tr("only numbers have counters and prefixes, not a field of type {type}", type=self.type)
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _a_number_is_below_detection(self) -> Self:
        if (self.below_detection and self.type != "number") or (self.lists_undetected and self.type != "text"):
            message = tr("only a number can be below detection, and only a text can list what was")
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _a_number_is_sampled(self) -> Self:
        if self.sample is not None and self.type not in ("integer", "number"):
            message = tr("only a number can be sampled from a raster, not a field of type {type}", type=self.type)
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _only_a_text_is_a_code(self) -> Self:
        if self.check is not None and (self.type != "text" or self.pattern is None):
            message = tr("only a text with a pattern can have a check of its code")
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _example_fits(self) -> Self:
        text = self.example
        # Of a date only a reader can tell.
        fits = text is None or (
            (not self.classes or fold(text) in self.class_of)
            and (self.pattern is None or re.fullmatch(self.pattern, text) is not None)
            and (self.type not in ("integer", "number") or self._has_in_range(text))
        )
        if not fits:
            message = tr("the example {example!r} is no value of the field", example=text)
            raise ValueError(message)
        return self

    def _has_in_range(self, text: str) -> bool:
        try:
            number = float(text)
        except ValueError:
            return False
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        return low <= number <= high and (self.type == "number" or number.is_integer())

    @model_validator(mode="after")
    def _units_and_words_fit(self) -> Self:
        for alias in self.aliases:
            if alias.unit and (self.unit is None or alias.unit not in factors_of(self.unit)):
                message = tr("alias {name!r} has a unit that the field has not", name=alias.name)
                raise ValueError(message)
        seen: dict[str, str] = {}
        for own_id, spec in self.classes.items():
            for word in spec.words(own_id):
                if word in seen or word in self.blanks:
                    other = seen.get(word, tr("blank"))
                    message = tr("{word!r} means both {one} and {other}", word=word, one=own_id, other=other)
                    raise ValueError(message)
                seen[word] = own_id
        return self


class Style(Spec):
    """How a layer is drawn: on the map, in QGIS, in the report."""

    fill: str = Field(default="#8a8a8a", pattern=COLOUR)
    stroke: str = Field(default="#5f6b6d", pattern=COLOUR)
    width: float = 1.0
    opacity: float = Field(default=0.85, ge=0, le=1)
    dash: str = ""
    shape: Literal["circle", "square", "diamond", "triangle", "cross"] = "circle"
    glyph: str = Field(default="", max_length=1, description="one character inside a point symbol")
    size: float = 7.0
    labels: bool = False
    shown: bool = True
    order: int = Field(default=50, description="higher is drawn above lower")


class LayerSpec(Spec):
    """One kind of data.

    A raster is a layer of its own kind: it has values at places and no features, so that it has neither fields nor
    key, label and classes (they are empty). Fields of other layers may `sample` it, and then serve rules as any.
    """

    id: str
    title: str
    title_en: str = ""
    basis: str = ""
    geometry: Annotated[tuple[GeometryKind, ...], BeforeValidator(as_tuple)]
    """With "table" beside other kinds a ledger without places will do."""
    key: str
    label: str
    class_field: str | None = Field(default=None, alias="class")
    group: str = ""
    group_en: str = ""
    provided_by: str = Field(default="", description="the bureau that usually keeps this data")
    coverage: bool = False
    every_class: bool = Field(default=True, description="whether a class of which there is no record is asked about")
    gravest: Literal["first", "last"] = Field(
        default="last", description="the end of the legend at which the gravest class stands: it keeps common ground"
    )
    apart_from: tuple[str, ...] = Field(default=(), description="layers of areas inside which no feature may lie")
    shares_keys_with: tuple[str, ...] = Field(default=(), description="layers that give a thing the same key")
    overlap_tolerance_m2: float = Field(default=1.0, ge=0)
    gap_tolerance_m2: float = Field(default=400.0, ge=0)
    fields: dict[str, FieldSpec]
    classes: dict[str, ClassSpec] = {}
    unit: str = Field(default="", description="of a raster's values: m, mg/kg …")
    minimum: float | None = Field(default=None, description="of a raster: what is less is no value")
    maximum: float | None = Field(default=None, description="of a raster: what is more is no value")
    shading: bool = Field(default=False, description="a DEM: drawn on the map as hillshade")
    style: Style = Style()

    @property
    def name(self) -> str:
        """The title in the language spoken now."""
        return pick(self.title, self.title_en)

    @property
    def group_name(self) -> str:
        """The group's title in the language spoken now."""
        return pick(self.group, self.group_en)

    @property
    def is_raster(self) -> bool:
        """Whether it has values at places, and no features."""
        return self.geometry == ("raster",)

    @property
    def area_field(self) -> str | None:
        """The field that declares an area, if there is one."""
        return next((own_id for own_id, spec in self.fields.items() if spec.measures_area), None)

    @property
    def undetected_field(self) -> str | None:
        """The field that lists what was below detection, if there is one."""
        return next((own_id for own_id, spec in self.fields.items() if spec.lists_undetected), None)

    @property
    def township_field(self) -> str | None:
        """The field that states the township, if there is one."""
        return next((own_id for own_id, spec in self.fields.items() if spec.names_township), None)

    @model_validator(mode="before")
    @classmethod
    def _a_raster_has_no_features(cls, table: Any) -> Any:
        """Refuse what speaks of features, and spare a raster's file the keys that every other layer must have."""
        if not isinstance(table, dict) or "raster" not in as_tuple(table.get("geometry")):
            return table
        if as_tuple(table["geometry"]) != ("raster",):
            message = tr("a raster layer is a raster alone")
            raise ValueError(message)
        stray = [name for name in _OF_FEATURES if table.get(name)]
        if stray:
            message = tr("a raster has no features, and so not {keys}", keys=", ".join(stray))
            raise ValueError(message)
        return {"key": "", "label": "", "fields": {}, **table}

    @model_validator(mode="before")
    @classmethod
    def _classes_belong_to_the_class_field(cls, table: Any) -> Any:
        """Hand the layer's classes to its class field, so that all class fields are read alike."""
        if not isinstance(table, dict) or "classes" not in table or table.get("class") not in table.get("fields", {}):
            return table
        fields = dict(table["fields"])
        fields[table["class"]] = {**fields[table["class"]], "classes": table["classes"]}
        return {**table, "fields": fields}

    @model_validator(mode="before")
    @classmethod
    def _unknown_is_neither_key_nor_name(cls, table: Any) -> Any:
        """Let words such as 无 be blanks in the fields that name a feature, unless the file says else."""
        if not isinstance(table, dict) or not isinstance(table.get("fields"), dict):
            return table
        fields = dict(table["fields"])
        for name in {table.get("key"), table.get("label")} & {*fields}:
            if isinstance(fields[name], dict):
                fields[name] = {"unknown_is_blank": True, **fields[name]}
        return {**table, "fields": fields}

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        problems = [*self._missing_fields(), *self._bad_names(), *self._repeated_names(), *self._misplaced_keys()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _missing_fields(self) -> list[str]:
        wanted = {} if self.is_raster else {"key": self.key, "label": self.label, "class": self.class_field}
        problems = [
            tr("{role} names no field: {name}", role=role, name=name)
            for role, name in wanted.items()
            if name is not None and name not in self.fields
        ]
        for name, spec in self.fields.items():
            if (spec.type == "class") != bool(spec.classes):
                problems.append(tr("field {name}: a class field has classes, and no other field", name=name))
            if spec.unit_in is not None and (spec.unit_in not in self.fields or spec.type != "number" or spec.unit):
                problems.append(
                    tr("field {name}: unit_in = … is of a number, and names the field of its unit", name=name)
                )
            if spec.repeats_with is not None and spec.repeats_with not in self.fields:
                problems.append(tr("{role} names no field: {name}", role="repeats_with", name=spec.repeats_with))
        fields = self.fields.values()
        if any(spec.below_detection for spec in fields) != (sum(spec.lists_undetected for spec in fields) == 1):
            problems.append(tr("where numbers can be below detection, one text field lists them, and only there"))
        return problems

    def _misplaced_keys(self) -> list[str]:
        low, high = self.minimum, self.maximum
        if self.is_raster:
            wrong = low is not None and high is not None and low > high
            return [tr("minimum is more than maximum")] if wrong else []
        own = {"unit": self.unit, "minimum": low, "maximum": high, "shading": self.shading}
        stray = [name for name, value in own.items() if value not in ("", None, False)]
        return [tr("only a raster layer has {keys}", keys=", ".join(stray))] if stray else []

    def _bad_names(self) -> list[str]:
        names = [self.id, *self.fields, *(c for spec in self.fields.values() for c in spec.classes)]
        problems = [
            tr("{name!r} is not an id: a-z, 0-9 and _, and not one of ours", name=name)
            for name in names
            if not IDENTIFIER.fullmatch(name) or name in RESERVED
        ]
        if self.id in DEVICES or TABLES.fullmatch(self.id):
            problems.append(tr("{name!r}: no file or table can be called so; choose another id", name=self.id))
        problems += [
            tr(
                "field {name}: ArcGIS or this program makes a column {dbf} itself; choose another DBF name",
                name=name,
                dbf=spec.dbf,
            )
            for name, spec in self.fields.items()
            if spec.dbf in RESERVED_DBF
        ]
        if len(self.fields) > MOST_FIELDS:
            problems.append(
                tr(
                    "{count} fields: a shapefile has no room for more than {most}",
                    count=len(self.fields),
                    most=MOST_FIELDS,
                )
            )
        return problems

    def _repeated_names(self) -> list[str]:
        problems = []
        seen: dict[str, str] = {}
        for name, spec in self.fields.items():
            for word in {fold(w) for w in (name, spec.title, spec.dbf, *(n for a in spec.aliases for n in a.names))}:
                if word in seen:
                    problems.append(tr("{word!r} means both {one} and {other}", word=word, one=seen[word], other=name))
                seen[word] = name
        return problems
