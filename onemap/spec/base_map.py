"""Base maps: tiles of a server, which the map shows below everything else once somebody switches them on."""

from __future__ import annotations

import os
import re
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from onemap.spec.known import WrongKeyError
from onemap.spec.toml import Spec
from onemap.text import tr

TOKEN: Final = "ONEMAP_TIANDITU_TOKEN"
"""The environment variable in which the token for 天地图 is looked for where the project file has none."""

SHIFTED: Final = ("amap.com", "autonavi.com", "baidu.com", "bdimg.com", "google.cn", "gtimg.com", "qq.com", "geoq.cn")
"""Hosts whose tiles lie in GCJ-02 or BD-09: some 500 or 1,300 metres from where the ground is."""

NAMES: Final = {"vec": "cva", "img": "cia", "ter": "cta"}
"""The layers of 天地图, and for each the one that has its names."""

_BRACES: Final = re.compile(r"\{[^{}]*\}")
_SERVER: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?/")
_DEGREES: Final = re.compile(r"/(vec|img|ter)_c/|tilematrixset=(c|[^&]*(4326|4490)[^&]*)(&|$)", re.IGNORECASE)
"""The matrix sets of a WMTS that divide degrees."""

_PLACES: Final = {"{tilematrix}": "{z}", "{tilecol}": "{x}", "{tilerow}": "{y}"}
"""How a WMTS names the place of a tile, and what it is called here."""

_EXAMPLES: Final = {
    "tiles": "http://10.1.2.3/{z}/{x}/{y}.png",
    "wmts": "http://10.1.2.3/wmts?…&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}",
}


class BaseMapSpec(Spec):
    """A base map: of 天地图, or of any server by the address of its tiles."""

    tianditu: Literal["vec", "img", "ter"] | None = None
    token: SecretStr | None = None
    tiles: str | None = None
    wmts: str | None = None
    title: str = ""
    attribution: str = ""
    max_zoom: int = Field(default=18, ge=1, le=22, description="the deepest zoom that its server has")

    @field_validator("tiles", "wmts")
    @classmethod
    def _address_is_usable(cls, address: str | None, told: ValidationInfo) -> str | None:
        # An address may hold a token: no message repeats it.
        if address is not None:
            _check_places(address, str(told.field_name))
            _check_server(address)
        return address

    @model_validator(mode="after")
    def _is_whole(self) -> BaseMapSpec:
        if [self.tianditu, self.tiles, self.wmts].count(None) != 2:
            message = tr('write one of tianditu = "vec", tiles = "http://…" and wmts = "http://…"')
            raise WrongKeyError(message)
        if self.tianditu and not self._key:
            message = tr("the tiles of tianditu ask for a token")
            hint = tr("write token = …, or set {variable}; console.tianditu.gov.cn gives one", variable=TOKEN)
            raise WrongKeyError(message, hint)
        return self

    @property
    def _key(self) -> str:
        return self.token.get_secret_value() if self.token else os.environ.get(TOKEN, "")

    @property
    def addresses(self) -> list[str]:
        """Where its tiles are: {z}, {x} and {y} stand for the place of one. Those of 天地图 hold the token."""
        if self.tianditu:
            layers = (self.tianditu, NAMES[self.tianditu])
            return [
                f"https://t{number}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
                "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
                f"&tk={quote(self._key, safe='')}"
                for number, layer in enumerate(layers)
            ]
        address = self.tiles or self.wmts or ""
        return [_BRACES.sub(lambda name: _PLACES.get(name[0].lower(), name[0]), address)]

    @property
    def hosts(self) -> list[str]:
        """The servers that it asks, as `https://host:port`."""
        return list(dict.fromkeys("{0.scheme}://{0.netloc}".format(urlsplit(one)) for one in self.addresses))


def _check_server(address: str) -> None:
    if not _SERVER.match(address):
        message = tr("this is no address that begins with http:// or https:// and the name of a server")
        raise WrongKeyError(message)
    host = urlsplit(address).hostname or ""
    if any(host == one or host.endswith(f".{one}") for one in SHIFTED):
        message = tr(
            "the tiles of {host} are shifted (GCJ-02 or BD-09): everything would lie some 500 m beside them", host=host
        )
        raise WrongKeyError(message, tr("take tianditu, or a server whose tiles are in CGCS2000 or WGS 84"))


def _check_places(address: str, kind: str) -> None:
    """Raise unless the map can say in the address which tile it wants, and need say nothing else."""
    if _DEGREES.search(address):
        message = tr("these tiles divide degrees; the map needs those in web mercator (EPSG:3857)")
        raise WrongKeyError(message, tr("of tianditu take vec_w in place of vec_c, and TILEMATRIXSET=w"))
    named = sorted(name.lower() for name in _BRACES.findall(address))
    known = [sorted(_PLACES)] if kind == "wmts" else [["{x}", "{y}", "{z}"], ["{-y}", "{x}", "{z}"]]
    if named not in known:
        message = tr("in the address stands which tile is wanted, and nothing else in braces")
        raise WrongKeyError(message, tr("for example {example}", example=_EXAMPLES[kind]))
