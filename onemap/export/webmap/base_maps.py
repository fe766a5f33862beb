"""The base maps that a project asks for: in the page stands where their tiles are, and no tile of them."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from folium.map import Layer as FoliumLayer
from jinja2 import Template

from onemap.model import Atlas
from onemap.spec.base_map import BaseMapSpec
from onemap.text import tr


class BaseMap(FoliumLayer):
    """A base map, which is off until somebody switches it on: opening the page asks no server for anything."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new onemap.BaseMap({{ this.content|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, number: int, spec: BaseMapSpec) -> None:
        super().__init__(name=_title(spec), overlay=True, control=False, show=False)
        self._name, self._id = "BaseMap", str(number)
        self.hosts: Final = spec.hosts
        server = urlsplit(self.hosts[0]).netloc
        self.content = {
            "title": self.layer_name,
            "group": tr("Base maps from the network"),
            "basis": tr("tiles of {server}, asked for only while the base map is shown", server=server),
            "addresses": spec.addresses,
            "deepest": spec.max_zoom,
            "attribution": spec.attribution or (tr("Tianditu") if spec.tianditu else server),
        }

    def render(self, **kwargs: Any) -> Any:
        """Put the base map into the page."""
        # folium's own way adds the layer to the map once more each time that the page is rendered.
        super(FoliumLayer, self).render(**kwargs)  # type: ignore[no-untyped-call]


def base_maps(atlas: Atlas) -> list[BaseMap]:
    """Return the base maps of an atlas; none where others see it: addresses hold tokens, and tell of an intranet."""
    if atlas.edition != "internal":
        return []
    return [BaseMap(number, spec) for number, spec in enumerate(atlas.project.spec.basemap)]


def _title(spec: BaseMapSpec) -> str:
    titles = {"vec": tr("Tianditu, streets"), "img": tr("Tianditu, imagery"), "ter": tr("Tianditu, terrain")}
    return (
        spec.title
        or titles.get(spec.tianditu or "", "")
        or tr("Base map of {server}", server=urlsplit(spec.hosts[0]).netloc)
    )
