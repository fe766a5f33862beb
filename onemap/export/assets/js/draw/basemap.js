/* Base maps: tiles of a server, below everything, which are asked for only while somebody has them on. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const ORDER = -100; // on paper below everything, as it is on the screen
  const MOST = 200; // tiles that are kept for paper
  const PATIENCE = 8000; // milliseconds without any tile, after which people are told

  onemap.BaseMap = L.LayerGroup.extend({
    initialize: function (content) {
      L.LayerGroup.prototype.initialize.call(this, content.addresses.map((address) => L.tileLayer(address, {
        maxZoom: 22, maxNativeZoom: content.deepest, crossOrigin: "anonymous",
      })), { order: ORDER });
      this.content = content;
      this.tainted = false; // whether a picture made of the tiles may not be saved: their server does not allow it
      this.eachLayer((tiles) => {
        tiles.kept = new Map();
        tiles.on("tileload", (event) => {
          this._arrived();
          keep(tiles.kept, event);
        });
        tiles.on("load", () => { if (!this.arrived) this._failed(); });
      });
    },

    onAdd: function (map) {
      // A base map hides those below it: only one is asked for tiles.
      map.eachLayer((other) => { if (other instanceof onemap.BaseMap && other !== this) other.remove(); });
      this.arrived = false;
      this.notice = element("p", { class: "notice", role: "status", hidden: true }, onemap.say("noBaseMap", { title: this.content.title }));
      this.credit = L.control({ position: "bottomright" });
      this.credit.onAdd = () => element("div", { class: "credit" }, this.content.attribution);
      map.addControl(this.credit).getContainer().append(this.notice);
      this.patience = setTimeout(() => this._tell(), PATIENCE);
      L.LayerGroup.prototype.onAdd.call(this, map);
    },

    onRemove: function (map) {
      clearTimeout(this.patience);
      this.notice.remove();
      this.credit.remove();
      L.LayerGroup.prototype.onRemove.call(this, map);
    },

    _arrived: function () {
      clearTimeout(this.patience);
      this.arrived = true;
      this.notice.hidden = true;
    },

    /** No tile came. A server that does not say that its pictures may be copied still shows them to who does not copy. */
    _failed: function () {
      if (this.tainted) {
        this._tell();
        return;
      }
      this.tainted = true;
      this.eachLayer((tiles) => {
        tiles.options.crossOrigin = false;
        tiles.kept.clear();
        tiles.redraw();
      });
    },

    _tell: function () {
      this.notice.hidden = this.arrived;
    },

    /** Paint the tiles that have come, for paper: the window had another size, and there is no time to ask for more. */
    paint: function (context, view) {
      const half = onemap.worldSteps / 2;
      this.eachLayer((tiles) => Array.from(tiles.kept.values())
        .filter(({ coords }) => coords.z <= Math.ceil(view.zoom))
        .sort((a, b) => a.coords.z - b.coords.z)
        .forEach(({ image, coords }) => {
          const steps = onemap.worldSteps / Math.pow(2, coords.z), size = steps * view.scale;
          context.drawImage(image, view.x(coords.x * steps - half), view.y(half - coords.y * steps), size, size);
        }));
    },
  });

  /** Leaflet empties a picture when it takes the tile away: a copy is kept, of the latest ones. */
  function keep(kept, { tile, coords }) {
    const name = [coords.z, coords.x, coords.y].join(" ");
    kept.delete(name);
    kept.set(name, { image: tile.cloneNode(), coords: coords });
    if (kept.size > MOST) kept.delete(kept.keys().next().value);
  }
})((window.onemap = window.onemap || {}));
