/* Positions: what lies under the pointer, and going to coordinates that somebody has. */
(function (onemap) {
  "use strict";

  const element = onemap.element;
  const FAR = 100000; // metres from the county to which the map does not go: such a place was hardly meant

  onemap.PositionBar = class {
    constructor(app) {
      this.app = app;
      this.projection = new onemap.Projection(app.content.crs.projection);
      this.inDecimals = false;
      this.degrees = element("button", {
        type: "button", class: "degrees", title: onemap.say("switchDegrees"),
        onclick: () => { this.inDecimals = !this.inDecimals; this._tell(); },
      });
      this.metres = element("span", { class: "metres", title: app.content.crs.projection.name });
      this.input = element("input", {
        type: "text", placeholder: onemap.say("goToPosition"), "aria-label": onemap.say("goToPosition"),
        autocomplete: "off", spellcheck: "false",
        onfocus: () => { this.input.select(); this._help(); }, onblur: () => { this.help.hidden = true; },
        oninput: () => this._help(), onkeydown: (event) => this._key(event),
      });
      this.help = element("div", { class: "help", role: "status", hidden: true });
      this.readout = element("span", { class: "readout", hidden: true }, this.degrees, this.metres);
      this.box = onemap.shield(element("div", { class: "position" }, this.input, this.readout, this.help));
      this._listen(app.map);
    }

    _listen(map) {
      map.on("mousemove", (event) => { this.at = event.latlng.wrap(); this._tell(); });
      map.on("contextmenu", (event) => { if (!this.app.takesClicks) this.show(event.latlng.wrap(), true); });
    }

    _tell() {
      this.readout.hidden = false;
      this.degrees.textContent = this.inDecimals ? onemap.decimals(this.at, 6) : onemap.degrees(this.at);
      this.metres.textContent = this._inMetres(this.at, 1) + "  " + this.app.content.crs.projection.brief;
    }

    /** Say a position in metres as Chinese surveyors do: X is north, Y is east. */
    _inMetres(latlng, digits) {
      const metres = this.projection.forward(latlng);
      return onemap.say("northEast", { north: metres.north.toFixed(digits), east: metres.east.toFixed(digits) });
    }

    _key(event) {
      if (event.key === "Escape") {
        this.input.value = "";
        this.input.blur();
      } else if (event.key === "Enter" && this.input.value.trim()) {
        const position = onemap.readPosition(this.input.value, this.projection, this._centre());
        if (position) {
          this.goTo(position);
        } else {
          this._help(onemap.say("notAPosition", { text: this.input.value.trim() }));
        }
      }
    }

    _centre() {
      const whole = this.app.whole();
      return whole ? whole.getCenter() : this.app.map.getCenter();
    }

    /** Show what can be typed, by the example of the county's middle, and what is wrong with what was. */
    _help(fault) {
      const centre = this._centre(), own = this.projection.forward(centre);
      const zone = onemap.zone(Math.round(centre.lng / 3)), inZone = zone && zone.forward(centre);
      const examples = [
        centre.lng.toFixed(6) + ", " + centre.lat.toFixed(6),
        onemap.degrees(centre),
        onemap.degrees(centre).replace(/[°′]/g, " ").replace(/″/g, ""),
        own.north.toFixed(1) + ", " + own.east.toFixed(1),
        inZone && inZone.north.toFixed(1) + ", " + inZone.east.toFixed(1),
      ].filter(Boolean);
      this.help.replaceChildren(...[fault ? element("p", { class: "fault" }, fault) : null,
        element("p", {}, onemap.say("positionExamples")), element("ul", {}, examples.map((one) => element("li", {}, one))),
        element("p", { class: "note" }, onemap.say("positionByClick"))].filter(Boolean));
      this.help.hidden = false;
    }

    /** Go to a position and show it, unless it lies so far from the county that it was hardly meant. */
    goTo(latlng) {
      const outside = this._metresOutside(latlng);
      if (outside > FAR) {
        this._help(onemap.say("farOutside", { distance: onemap.distance(outside) }));
        return;
      }
      this.input.blur();
      this.app.flyTo(latlng);
      this.show(latlng, false);
    }

    /** Mark a position and tell its coordinates; `makeRoom` moves the map where they would not be seen. */
    show(latlng, makeRoom) {
      const rows = [
        [onemap.say("inSexagesimals"), onemap.degrees(latlng, 4)],
        [onemap.say("inDecimals"), onemap.decimals(latlng, 8)],
        [this.app.content.crs.projection.name, this._inMetres(latlng, 3)],
      ];
      const outside = this._metresOutside(latlng);
      const card = element("div", {}, rows.map(([title, text]) => element("div", { class: "coordinates" },
        element("small", {}, title), element("span", {}, text), onemap.copyButton(() => text))),
      outside ? element("p", { class: "fault" }, onemap.say("outsideCounty", { distance: onemap.distance(outside) })) : null);
      const dot = L.circleMarker(latlng, {
        pane: "markerPane", radius: 6, color: "#fff", weight: 2, fillColor: onemap.colours.chosen, fillOpacity: 1, interactive: false,
      });
      L.popup({ 
        className: "position-card", offset: [0, -2], closeOnClick: false, autoPan: makeRoom, autoPanPadding: [16, 16], maxWidth: 420,
      })
        .setLatLng(latlng).setContent(card).on("add", () => dot.addTo(this.app.map)).on("remove", () => dot.remove())
        .openOn(this.app.map);
    }

    /** Return how far outside the county a position is, or outside of everything where no county is known. */
    _metresOutside(latlng) {
      const point = onemap.gridOf(latlng), county = this.app.county, whole = this.app.whole();
      if (!whole || (county ? onemap.isHit(county, 0, point.x, point.y, 0) : whole.contains(latlng))) {
        return 0;
      }
      const corners = [whole.getSouthWest(), whole.getSouthEast(), whole.getNorthEast(), whole.getNorthWest()];
      return onemap.metresBetween(latlng, onemap.nearestOn(county ? onemap.ringsOf(county, 0) : [corners], latlng));
    }
  };
})((window.onemap = window.onemap || {}));
