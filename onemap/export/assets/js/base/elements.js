/* Elements of the page. Data only ever enters the page as text. */
(function (onemap) {
  "use strict";

  /** Make an element: `on…` names are listeners, everything else an attribute; children are elements or texts. */
  onemap.element = function (tag, attributes, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => {
      if (name.startsWith("on")) {
        element.addEventListener(name.slice(2), value);
      } else if (value !== null && value !== undefined && value !== false) {
        element.setAttribute(name, value === true ? "" : value);
      }
    });
    children.flat(Infinity).forEach((child) => {
      if (child !== null && child !== undefined) {
        element.append(child);
      }
    });
    return element;
  };

  /** Keep clicks and the wheel from the map below. Leaflet alone misses a click on what the click itself replaces. */
  onemap.shield = function (box) {
    L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box).on(box, "click", L.DomEvent.stopPropagation);
    return box;
  };

  /** Do something when the page has nothing else to do. */
  onemap.whenIdle = function (work) {
    (window.requestIdleCallback || window.setTimeout)(() => work());
  };

  onemap.addControl = function (map, corner, box) {
    const control = L.control({ position: corner });
    control.onAdd = () => box;
    control.addTo(map);
  };
})((window.onemap = window.onemap || {}));
