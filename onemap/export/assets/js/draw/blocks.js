/* Blocks: features in the order in which they are painted, sixty-four at a time, with the box around them. What is
   near stands together in the data, so that most blocks are passed over at once. */
(function (onemap) {
  "use strict";

  const SIZE = 64;

  onemap.Blocks = class {
    constructor(shapes, order) {
      this.shapes = shapes;
      this.order = order;
      this.boxes = [];
      for (let from = 0; from < order.length; from += SIZE) {
        this.boxes.push(this._boxOf(order.subarray(from, from + SIZE)));
      }
    }

    _boxOf(places) {
      const box = [Infinity, Infinity, -Infinity, -Infinity], boxes = this.shapes.boxes;
      places.forEach((place) => {
        if (!this.shapes.kind[place]) return;
        const b = place * 4;
        box[0] = Math.min(box[0], boxes[b]);
        box[1] = Math.min(box[1], boxes[b + 1]);
        box[2] = Math.max(box[2], boxes[b + 2]);
        box[3] = Math.max(box[3], boxes[b + 3]);
      });
      return box;
    }

    /** Yield the places of each block that may reach into a box: those that do, in order. */
    *within(west, south, east, north) {
      const boxes = this.shapes.boxes, kind = this.shapes.kind;
      for (let block = 0; block < this.boxes.length; block++) {
        const box = this.boxes[block];
        if (box[0] > east || box[2] < west || box[1] > north || box[3] < south) continue;
        yield this.order.subarray(block * SIZE, (block + 1) * SIZE).filter((place) => {
          const b = place * 4;
          return kind[place] && boxes[b] <= east && boxes[b + 2] >= west && boxes[b + 1] <= north && boxes[b + 3] >= south;
        });
      }
    }
  };
})((window.onemap = window.onemap || {}));
