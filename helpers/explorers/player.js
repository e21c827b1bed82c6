// Paints the display lists of helpers/figures/recorder.py (the form is written there) on a canvas.
//
// An explorer's model holds two lists: `still`, which changes with the stage, and `moving`, which changes at each
// step. The still part is painted once, at the screen's own density, and kept; each frame lays it down and paints what
// moves over it. The kernel shows a picture until this module says that it lives.

const UNIT = 32, FINE = 16, PATH = 1, MARKS = 2, TEXT = 3, IMAGE = 4;
const CLIP = 1, FILL = 2, STROKE = 4, CODES = 8, SNAP = 16;
const LINE = 2, QUADRATIC = 3, CUBIC = 4, CLOSE = 79;
const CAPS = ["butt", "round", "square"], JOINS = ["miter", "round", "bevel"];

/** Return a list as 16-bit words; it may begin at an odd byte of what the kernel sent. */
function wordsOf(view) {
  if (!view) return new Uint16Array(0);
  return new Uint16Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

const signed = (word) => (word << 16) >> 16;
const colour = (low, high) => `rgba(${low & 255}, ${low >> 8}, ${high & 255}, ${(high >> 8) / 255})`;

/** Read a shape that begins at `at`: its codes if it has them, where x and y begin, and where it ends. */
function shapeAt(words, at, coded) {
  const n = words[at], x = at + 1 + (coded ? (n + 1) >> 1 : 0);
  return { n, x, y: x + n, end: x + 2 * n, codes: coded ? new Uint8Array(words.buffer, 2 * at + 2, n) : null };
}

/** Trace a shape, its points mapped by `toX` and `toY`. */
function trace(context, words, shape, toX, toY) {
  const { n, codes } = shape;
  const x = (k) => toX(signed(words[shape.x + k])), y = (k) => toY(signed(words[shape.y + k]));
  for (let k = 0; k < n; k++) {
    const code = codes ? codes[k] : k ? LINE : 1;
    if (code === LINE) context.lineTo(x(k), y(k));
    else if (code === QUADRATIC) context.quadraticCurveTo(x(k), y(k), x(++k), y(k));
    else if (code === CUBIC) context.bezierCurveTo(x(k), y(k), x(++k), y(k), x(++k), y(k));
    else if (code === CLOSE) context.closePath();
    else context.moveTo(x(k), y(k));
  }
}

/** Paint a list. A `view` says where in the page, in CSS pixels, what stands at x and y in the scene is painted, how
 * large pens and marks are, how large type is at least, and which box of the scene is seen. */
function paint(context, words, view, density) {
  const thick = (view.pen * density) / UNIT;
  const placeX = (word) => view.x(word / UNIT) * density, placeY = (word) => view.y(word / UNIT) * density;
  for (let at = 0, end; at < words.length; at = end) {
    const kind = words[at] & 255, flags = words[at] >> 8;
    end = at + words[at + 1] + 65536 * words[at + 2];
    let next = at + 3, width = 0;
    context.save();
    if (flags & CLIP) {
      // As Agg does it: whole pixels, and the last one belongs to the box; or a line on the edge would be cut away.
      const [left, top, right, bottom] = [0, 1, 2, 3].map((k) =>
        Math.round((k % 2 ? placeY : placeX)(signed(words[next + k]))));
      context.beginPath();
      context.rect(left, top, right + 1 - left, bottom + 1 - top);
      context.clip();
      next += 4;
    }
    if (flags & FILL) {
      context.fillStyle = colour(words[next], words[next + 1]);
      next += 2;
    }
    if (flags & STROKE) {
      const ends = words[next + 3], dashes = Array.from(words.subarray(next + 4, next + 4 + (ends >> 8)), (w) => w * thick / FINE);
      context.strokeStyle = colour(words[next], words[next + 1]);
      context.lineWidth = width = words[next + 2] * thick;
      context.lineCap = CAPS[ends & 15];
      context.lineJoin = JOINS[(ends >> 4) & 15];
      context.miterLimit = 4;
      if (dashes.length) {
        context.lineDashOffset = dashes[0];
        context.setLineDash(dashes.slice(1));
      }
      next += 4 + (ends >> 8);
    }
    // A line along the axes fills whole pixels, at every density: its middle lies on one or between two.
    const middle = width && Math.round(width) % 2 ? 0.5 : 0;
    const onPixel = (number) => Math.floor(number + 0.5) + middle;
    const finish = () => {
      if (flags & FILL) context.fill();
      if (flags & STROKE) context.stroke();
    };
    if (kind === PATH) {
      const snapped = flags & SNAP, shape = shapeAt(words, next, flags & CODES);
      context.beginPath();
      trace(context, words, shape, snapped ? (w) => onPixel(placeX(w)) : placeX, snapped ? (w) => onPixel(placeY(w)) : placeY);
      finish();
    } else if (kind === MARKS) {
      const shape = shapeAt(words, next, flags & CODES), n = words[shape.end];
      const turn = flags & SNAP ? (w) => onPixel(w * thick) : (w) => w * thick;
      for (let k = 0; k < n; k++) {
        let x = placeX(signed(words[shape.end + 1 + k])), y = placeY(signed(words[shape.end + 1 + n + k]));
        if (flags & SNAP) [x, y] = [Math.round(x), Math.round(y)];
        context.beginPath();
        trace(context, words, shape, (w) => x + turn(w), (w) => y + turn(w));
        finish();
      }
    } else if (kind === TEXT) {
      const shape = shapeAt(words, next + 1, flags & CODES), anchor = [0, 1].map((k) => signed(words[shape.end + k]));
      const type = (density / UNIT) * Math.max(view.pen, Math.min(1, (view.smallest * UNIT) / words[next]));
      const [left, top, right, bottom] = view.box.map((edge) => edge * UNIT), x = placeX(anchor[0]), y = placeY(anchor[1]);
      if (anchor[0] < left || anchor[0] > right || anchor[1] < top || anchor[1] > bottom) {
        context.restore(); // another panel's
        continue;
      }
      context.beginPath();
      trace(context, words, shape, (w) => x + w * type, (w) => y + w * type);
      finish();
    } else if (kind === IMAGE) {
      const [left, top, right, bottom] = [0, 1, 2, 3].map((k) =>
        Math.round((k % 2 ? placeY : placeX)(signed(words[next + k]))));
      context.imageSmoothingEnabled = false;
      context.drawImage(imageAt(words, next + 4, end), left, top, right - left, bottom - top);
    }
    context.restore();
  }
}

/** Return the image whose size stands at `at` as a canvas of one pixel a pixel. */
function imageAt(words, at, end) {
  const [columns, rows, n] = words.subarray(at, at + 3);
  const palette = new Uint8Array(words.buffer, 2 * (at + 3), 4 * n);
  const runs = new Uint8Array(words.buffer, 2 * (at + 3 + 2 * n), 2 * (end - at - 3 - 2 * n));
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
  for (let run = 0, pixel = 0; run < runs.length; run += 2)
    for (let k = 0; k < runs[run + 1]; k++, pixel += 4)
      image.data.set(palette.subarray(4 * runs[run], 4 * runs[run] + 4), pixel);
  context.putImageData(image, 0, 0);
  return canvas;
}

const SMALLEST = 11; // CSS pixels: no type is painted smaller
const NARROW = 0.9; // of the scene's width: below, its panels stand one below the other
const TYPE = 0.94; // how large type and the margins round axes are painted there: 11 of 11.8 pixels

/** Return the views of a scene in a page of this width: of its panels, and of the words above them. */
function layoutOf(facts, width) {
  if (width >= NARROW * facts.width) {
    const scale = width / facts.width, to = (at) => scale * at;
    const box = [0, 0, facts.width, facts.height];
    return { panels: [{ box, x: to, y: to, pen: scale, smallest: SMALLEST }], words: [], height: scale * facts.height };
  }
  const panels = [], words = [];
  let top = 0;
  for (const { box, inside, lines } of facts.panels) {
    for (const line of lines) {
      let left = 0, high = 0;
      for (const word of line) {
        const wide = TYPE * (word[2] - word[0]) + 4;
        if (left && left + wide > width) [left, top] = [0, top + high];
        words.push({ box: word, left, top });
        left += wide;
        high = TYPE * (word[3] - word[1]) + 2;
      }
      top += high;
    }
    const wide = box[2] - box[0], across = inside ? inside[2] - inside[0] : 0, [begin, from] = [top, box[1]];
    const pen = inside ? TYPE : Math.min(TYPE, (width - 1) / wide);
    const squeeze = Math.min(pen, (width - 1 - pen * (wide - across)) / (across || 1));
    const x = (at) => {
      const [left, right] = inside ? [inside[0], inside[2]] : [box[0], box[0]];
      const [before, within, behind] = [Math.min(at, left), Math.min(Math.max(at, left), right), Math.max(at, right)];
      return pen * (before - box[0] + behind - right) + squeeze * (within - left);
    };
    panels.push({ box, x, y: (at) => begin + pen * (at - from), pen, smallest: SMALLEST });
    top += pen * (box[3] - box[1]) + 6;
  }
  return { panels, words, height: top };
}

/** Paint the words of a list, each where it flows to. */
function paintWords(context, list, facts, words, density) {
  const zoom = TYPE * density, whole = document.createElement("canvas"), to = (at) => TYPE * at;
  Object.assign(whole, { width: Math.round(facts.width * zoom), height: Math.round(facts.height * zoom) });
  const view = { box: [0, 0, facts.width, facts.height], x: to, y: to, pen: TYPE, smallest: 0 };
  paint(whole.getContext("2d"), list, view, density);
  for (const { box, left, top } of words) {
    const [x, y, right, bottom] = box.map((edge) => Math.round(edge * zoom));
    const place = [left * density, top * density, right - x, bottom - y].map(Math.round);
    context.drawImage(whole, x, y, right - x, bottom - y, ...place);
  }
}

const REACH = 44; // CSS pixels across: as large as a fingertip
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1],
  Home: [0, -1e9], End: [0, 1e9], PageDown: [1, -10], PageUp: [1, 10] };

/** Return where in the scene lies what a monotone `view` of it shows at `target`. */
function sceneAt(view, from, to, target) {
  for (let turn = 0; turn < 40; turn++) {
    const middle = (from + to) / 2;
    if (view(middle) < target) from = middle; else to = middle;
  }
  return from;
}

/** Lay an invisible slider over each mark that a hand can move. The page says where it was put, the kernel what follows. */
function handlesOf(model, el) {
  const made = new Map();
  function make(number) {
    const one = document.createElement("div");
    const held = { one, view: null, grip: null };
    Object.assign(one, { tabIndex: 0, className: "handle" });
    one.setAttribute("role", "slider");
    one.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own keys
    one.style.cssText = `position: absolute; width: ${REACH}px; height: ${REACH}px; margin: ${-REACH / 2}px;`
      + "border-radius: 50%; cursor: grab; touch-action: none; outline: none";
    const ring = () => { one.style.outline = "2px solid #0072b2"; };
    one.onfocus = () => { if (one.matches(":focus-visible")) ring(); };
    one.onblur = () => { one.style.outline = "none"; };
    one.onkeydown = (event) => {
      const steps = STEPS[event.key];
      if (!steps || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      ring();
      model.send({ handle: number, way: steps[0], steps: steps[1] }); // no step is lost
    };
    one.onpointerdown = (event) => {
      if (event.button) return;
      one.setPointerCapture(event.pointerId);
      held.grip = [event.clientX - parseFloat(one.style.left), event.clientY - parseFloat(one.style.top)];
      one.style.cursor = "grabbing";
    };
    one.onpointermove = (event) => {
      if (!held.grip) return;
      const [x, y] = [event.clientX - held.grip[0], event.clientY - held.grip[1]], { view } = held;
      const place = [sceneAt(view.x, view.box[0] - 99, view.box[2] + 99, x), sceneAt(view.y, view.box[1] - 99, view.box[3] + 99, y)];
      model.set("hand", { handle: number, place });
      model.save_changes(); // one message at a time is under way, and of those that wait only the newest is sent
    };
    one.onlostpointercapture = () => { held.grip = null; one.style.cursor = "grab"; };
    el.append(one);
    return held;
  }
  return {
    follow(layout) {
      const there = new Set();
      for (const { number, place: [x, y], label, told, now, low, high } of model.get("handles") || []) {
        // A mark may stand out of its axes by half of itself.
        const view = layout.panels.find(({ box }) => x >= box[0] - 9 && x <= box[2] + 9 && y >= box[1] - 9 && y <= box[3] + 9);
        if (!view) continue;
        if (!made.has(number)) made.set(number, make(number));
        const held = made.get(number);
        held.view = view;
        Object.assign(held.one.style, { left: `${view.x(x)}px`, top: `${view.y(y)}px` });
        const facts = { label, valuetext: told, valuenow: now, valuemin: low, valuemax: high };
        for (const [name, value] of Object.entries(facts)) held.one.setAttribute(`aria-${name}`, value);
        there.add(number);
      }
      for (const [number, { one }] of made) {
        if (there.has(number)) continue;
        one.remove();
        made.delete(number);
      }
    },
  };
}

/** One view of a drawing: it paints what the model holds, and lets go of everything when it is taken away. */
function render({ model, el }) {
  const canvas = document.createElement("canvas"), kept = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.style.cssText = "display: block";
  el.style.cssText += "position: relative; overflow: hidden";
  el.append(canvas);
  const handles = handlesOf(model, el);
  let frame = 0, keptFor = "";

  function paintNow(density) {
    const facts = model.get("facts"), width = Math.min(el.clientWidth, facts.width);
    if (!width) return; // hidden; its size is observed
    const layout = layoutOf(facts, width);
    const size = { width: Math.round(width * density), height: Math.round(layout.height * density) };
    const paintPanels = (context, list) => {
      for (const view of layout.panels) {
        // What has no clip box of its own may stand out of the axes a little.
        const [left, right] = [0, 2].map((k) => Math.round(view.x(view.box[k]) * density));
        const [top, bottom] = [1, 3].map((k) => Math.round(view.y(view.box[k]) * density));
        context.save();
        context.beginPath();
        context.rect(left, top, right - left, bottom - top);
        context.clip();
        paint(context, list, view, density);
        context.restore();
      }
    };
    if (canvas.width !== size.width || canvas.height !== size.height) {
      Object.assign(canvas, size);
      Object.assign(canvas.style, { width: `${width}px`, height: `${layout.height}px` });
      keptFor = null;
    }
    if (keptFor !== model.get("still")) {
      const list = wordsOf(model.get("still"));
      Object.assign(kept, size);
      const context = kept.getContext("2d");
      context.fillStyle = "white";
      context.fillRect(0, 0, size.width, size.height);
      paintPanels(context, list);
      if (layout.words.length) paintWords(context, list, facts, layout.words, density);
      keptFor = model.get("still");
    }
    const context = canvas.getContext("2d");
    context.drawImage(kept, 0, 0);
    paintPanels(context, wordsOf(model.get("moving")));
    canvas.setAttribute("aria-label", model.get("sentence"));
    handles.follow(layout);
  }

  // At most once a frame; what is printed cannot wait for one, and is as sharp as paper.
  const paintSoon = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      paintNow(devicePixelRatio);
    });
  };
  const paintForPrint = () => paintNow(Math.max(3, devicePixelRatio));
  const resized = new ResizeObserver(paintSoon);
  const life = new AbortController(), { signal } = life;
  const followDensity = () => {
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
      .addEventListener("change", () => { paintSoon(); followDensity(); }, { once: true, signal });
  };

  model.on("change", paintSoon);
  resized.observe(el);
  followDensity();
  addEventListener("resize", paintSoon, { signal }); // a page that is zoomed has another density too
  addEventListener("beforeprint", paintForPrint, { signal });
  addEventListener("afterprint", paintSoon, { signal });
  paintSoon();
  return () => {
    life.abort();
    resized.disconnect();
    model.off("change", paintSoon);
    cancelAnimationFrame(frame);
    canvas.width = kept.width = 0; // a canvas keeps its pixels until it is collected
  };
}

/** Tell the kernel, once a page, that drawings can be shown here. */
function initialize({ model }) {
  model.set("lives", true);
  model.save_changes();
}

export default { initialize, render };
