"""What we add to a folium map: a layer drawn on canvas, and the page around the map."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from branca.element import MacroElement
from folium.map import Layer as FoliumLayer
from jinja2 import Template

from onemap.export.webmap.assets import script, style
from onemap.export.webmap.figure import script_element, style_element

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def json_block(own_id: str, content: Any) -> str:
    """Return content as a JSON block of the page, which no text in it can end early."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, safe in _UNSAFE.items():
        text = text.replace(character, safe)
    return f'<script type="application/json" id="{escape(own_id)}">{text}</script>'


class CanvasLayer(FoliumLayer):
    """A layer of any size, drawn on one canvas.

    Parameters
    ----------
    content
        What `layers.layer_content` returns.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}{{ this.block }}{% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = onemap.readLayer("{{ this.get_name() }}_content");
        {% endmacro %}
        """
    )

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__(name=content["title"], overlay=True, show=content["style"]["shown"])
        self._name = "CanvasLayer"
        self._id = content["id"]
        self.block = json_block(f"{self.get_name()}_content", content)


class Page(MacroElement):
    """Header, panels and tools around the map. It is the last child of the map that has them.

    Parameters
    ----------
    content
        What `content.map_content` returns.
    layers
        The layers, lowest first.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <meta http-equiv="X-UA-Compatible" content="IE=edge" />
            {{ this.head }}
        {% endmacro %}
        {% macro html(this, kwargs) %}
            <div id="onemap-old-browser" hidden>{{ this.old_browser }}</div>
            <script>
                if (window.document.documentMode) {
                    document.getElementById("onemap-old-browser").removeAttribute("hidden");
                }
            </script>
            {{ this.block }}
        {% endmacro %}
        {% macro script(this, kwargs) %}
            onemap.start({{ this._parent.get_name() }}, [{{ this.layer_names }}], "{{ this.get_name() }}_content");
        {% endmacro %}
        """
    )

    def __init__(self, content: dict[str, Any], layers: list[CanvasLayer]) -> None:
        super().__init__()
        self._name = "Page"
        self._id = "onemap"
        self.head = style_element(style()) + "\n" + script_element(script())
        self.old_browser = escape(content["texts"]["oldBrowser"])
        self.block = json_block(f"{self.get_name()}_content", content)
        self.layer_names = ", ".join(layer.get_name() for layer in layers)
