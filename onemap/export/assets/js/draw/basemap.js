/* Base maps: tiles of a server, below everything else, which are asked for only while somebody has them on. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const PATIENCE = 8000; // milliseconds without any tile, after which people are told

  onemap.BaseMap = L.LayerGroup.extend({
    initialize: function (content) {
      L.LayerGroup.prototype.initialize.call(this, content.addresses.map((address) => L.tileLayer(address, {
        maxZoom: 22, maxNativeZoom: content.deepest, crossOrigin: "anonymous",
      })));
      this.content = content;
      this.tainted = false; // whether a picture made of the tiles may not be saved: their server does not allow it
      this.eachLayer((tiles) => {
        tiles.on("tileload", () => this._arrived());
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
        tiles.redraw();
      });
    },

    _tell: function () {
      this.notice.hidden = this.arrived;
    },
  });
})((window.onemap = window.onemap || {}));
