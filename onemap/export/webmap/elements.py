"""What we add to a folium map: a layer drawn on canvas, and the page around the map."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from branca.element import MacroElement
from folium.map import Layer as FoliumLayer
from jinja2 import Template

from onemap.export.webmap.assets import script, style
from onemap.export.webmap.figure import Verbatim, script_element, style_element

_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}

OLD_BROWSER_HEAD: Final = """<meta http-equiv="X-UA-Compatible" content="IE=edge" />
<script>
if (window.document.documentMode) {
  document.documentElement.className = "old-browser";
  window.onerror = function () { return true; };
}
</script>
<style>
#onemap-old-browser { display: none; }
.old-browser #onemap-old-browser { display: block; }
</style>"""
"""What Internet Explorer is told before anything that it cannot read: plain old JavaScript, no box for each error."""

OLD_BROWSER: Final = '<div id="onemap-old-browser">{text}</div>\n'


def json_block(own_id: str, content: Any) -> str:
    """Return content as a JSON block of the page, which no text in it can end early."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, safe in _UNSAFE.items():
        text = text.replace(character, safe)
    return f'<script type="application/json" id="{escape(own_id)}">{text}</script>'


def layer_block(own_id: str, content: dict[str, Any]) -> str:
    """Return what `layers.layer_content` returns as a JSON block of the page, where the layer's script looks for it."""
    return json_block(f"canvas_layer_{own_id}_content", content)


class CanvasLayer(FoliumLayer):
    """A layer of any size, drawn on one canvas.

    Parameters
    ----------
    own_id, title
        The id of the layer, and what people call it.
    block
        What `layer_block` returns.
    shown
        Whether it is drawn when the map opens.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = new onemap.Layer("{{ this.get_name() }}_content");
            {% if this.show %}{{ this.get_name() }}.addTo({{ this._parent.get_name() }});{% endif %}
        {% endmacro %}
        """
    )

    def __init__(self, own_id: str, title: str, block: str, shown: bool) -> None:
        super().__init__(name=title, overlay=True, control=False, show=shown)
        self._name = "CanvasLayer"
        self._id = own_id
        self.block = block

    def render(self, **kwargs: Any) -> Any:
        """Put the layer into the page."""
        page: Any = self.get_root()
        page.html.add_child(Verbatim(self.block), name=self.get_name())
        # folium's own way adds the layer to the map once more each time that the page is rendered.
        super(FoliumLayer, self).render(**kwargs)  # type: ignore[no-untyped-call]


class Page(MacroElement):
    """Header, panels and tools around the map. It is the last child of the map that has them.

    Parameters
    ----------
    content
        What `content.map_content` returns.
    layers
        The layers, lowest first.
    grounds
        What is drawn among the layers and has no features.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            onemap.start({{ this._parent.get_name() }}, [{{ this.layer_names }}], "{{ this.get_name() }}_content",
                [{{ this.ground_names }}]);
        {% endmacro %}
        """
    )

    def __init__(self, content: dict[str, Any], layers: Sequence[FoliumLayer], grounds: Sequence[FoliumLayer]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Page"
        self._id = "onemap"
        self.head = "\n".join([style_element(style()), script_element(script())])
        self.warning = OLD_BROWSER.format(text=escape(content["texts"]["oldBrowser"]))
        self.body = json_block(f"{self.get_name()}_content", content)
        self.layer_names = ", ".join(layer.get_name() for layer in layers)
        self.ground_names = ", ".join(layer.get_name() for layer in grounds)

    def render(self, **kwargs: Any) -> Any:
        """Put header, panels and tools into the page."""
        page: Any = self.get_root()
        page.header.add_child(Verbatim(OLD_BROWSER_HEAD), name="old_browser", index=0)
        page.html.add_child(Verbatim(self.warning), name="old_browser", index=0)
        page.header.add_child(Verbatim(self.head), name=self.get_name())
        page.html.add_child(Verbatim(self.body), name=self.get_name())
        super().render(**kwargs)  # type: ignore[no-untyped-call]
