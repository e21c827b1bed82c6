// Paints the display lists of helpers/figures/recorder.py (the form is written there) on a canvas, lets a hand move its
// marks, says what its lines and matrices hold, and plays what goes on in time.
//
// Whoever shows a drawing gives `render` an element and a model, which anywidget makes of live.Player:
//   get(name)               facts (see scene.Drawing), still and moving (the two lists), sentence, handles and plays
//   on("change", told), off("change", told)                        told() when any of these has changed
//   set("hand", { handle, place }), then save_changes()            a handle was put there; only the newest counts
//   send({ handle, way, steps }), send({ control, steps })         so many steps of a handle, of a control; all count
// It needs no kernel; layout.js stands before it. The still part is painted once, at the screen's own density, and kept;
// each frame lays it down and paints what moves over it. The kernel shows a picture until this module says it lives.

const UNIT = 32, FINE = 16, PATH = 1, MARKS = 2, TEXT = 3, IMAGE = 4, VALUES = 5;
const CLIP = 1, FILL = 2, STROKE = 4, CODES = 8, SNAP = 16;
const LINE = 2, QUADRATIC = 3, CUBIC = 4, CLOSE = 79;
const CAPS = ["butt", "round", "square"], JOINS = ["miter", "round", "bevel"];

/** Return a list as 16-bit words; it may begin at an odd byte of what the kernel sent. */
const wordsOf = (view) =>
  new Uint16Array(view ? view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) : 0);

const bounded = (number, low, high) => Math.min(Math.max(number, low), high);
const within = (box, x, y, more) => // not further than so much outside of it
  x >= box[0] - more && x <= box[2] + more && y >= box[1] - more && y <= box[3] + more;
const opaque = (canvas) => canvas.getContext("2d", { alpha: false }); // which is laid down faster
const signed = (word) => (word << 16) >> 16;
const overlaps = (words, at, box) => [0, 1].every((way) => // the clip box that begins at `at` reaches into `box`
  signed(words[at + way]) < UNIT * box[way + 2] && signed(words[at + way + 2]) > UNIT * box[way]);
const luma = ([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
const isDark = (el) => luma(getComputedStyle(el).color.match(/[\d.]+/g) ?? [0, 0, 0]) > 128; // its text is light
const inks = [new Map(), new Map()]; // on a light page, on a dark one

/** Return the bytes of the colour that stands at `at`, and its `css`; each is made once. On a dark page its luma is
 * turned about, its hue stays: white is as dark as the page, black nearly white, the middle a little lighter. */
function ink(words, at, dark) {
  const low = words[at], high = words[at + 1], known = inks[+dark], key = 65536 * high + low;
  if (known.has(key)) return known.get(key);
  const rgb = [low & 255, low >> 8, high & 255], away = rgb.map((part) => part - luma(rgb));
  const to = 18 + 220 * (1 - luma(rgb) / 255) ** 0.8;
  const vivid = Math.min(1, ...away.map((by) => (by > 0 ? 255 - to : to) / Math.abs(by))); // what a screen has of it
  const bytes = [...(dark ? away.map((by) => Math.round(to + vivid * by)) : rgb), high >> 8];
  return known.set(key, Object.assign(bytes, { css: `rgba(${bytes.slice(0, 3)}, ${bytes[3] / 255})` })).get(key);
}
const whole = (el) => el.closest(".widget-vbox, .explorer") ?? el; // with its controls and its sentence
const shade = (hex, dark, n = parseInt(hex.slice(1), 16)) => ink([n >> 16 | n & 65280, n & 255 | 65280], 0, dark).css;

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

/** Yield the operations of a list: of itself, clip box, fill, pen and content where they begin, and the same of its n
 * points or places. */
function* operations(words) {
  for (let start = 0, at, end; start < words.length; start = end) {
    const kind = words[start] & 7, owner = (words[start] >> 3) & 31, flags = words[start] >> 8;
    end = start + words[start + 1] + 65536 * words[start + 2];
    const box = (at = start + 3), fill = (at += flags & CLIP ? 4 : 0), pen = (at += flags & FILL ? 2 : 0);
    if (flags & STROKE) at += 4 + (words[pen + 3] >> 8);
    const shape = kind > TEXT ? null : shapeAt(words, kind === TEXT ? at + 1 : at, flags & CODES);
    const first = kind === PATH ? shape.x : shape?.end + (kind === MARKS);
    const n = [0, shape?.n, words[shape?.end], 1][kind] ?? 0;
    yield { kind, owner, flags, start, box, fill, pen, at, end, shape, first, n };
  }
}

/** Say whether point k of an operation lies in what a view shows, and whether the operation reaches into that. */
const isSeen = (words, { kind, first, n }, view, k) => // a row of words may begin left of what a view shows of it
  within(view.box, view.smallest ? signed(words[first + k]) / UNIT : view.box[0], signed(words[first + n + k]) / UNIT,
    kind === PATH || !view.smallest ? 9 : 0); // a mark that lies beside a panel is not of it
function reaches(words, one, view) {
  if (one.kind === VALUES || one.flags & CLIP) return one.kind !== VALUES && overlaps(words, one.box, view.box);
  for (let k = 0; k < one.n; k++) if (isSeen(words, one, view, k)) return true;
  return !one.n;
}

/** Paint operations. A `view` says where in the page, in CSS pixels, what stands at x and y in the scene is painted,
 * how large pens and marks are, how large type is at least, and which box of the scene is seen. */
function paint(context, words, some, view, density, dark) {
  const thick = (view.pen * density) / UNIT;
  const placeX = (word) => view.x(word / UNIT) * density, placeY = (word) => view.y(word / UNIT) * density;
  const corners = (at) => [0, 1, 2, 3].map((k) => Math.round((k % 2 ? placeY : placeX)(signed(words[at + k]))));
  const clip = ([left, top, right, bottom], more) => {
    context.save();
    context.beginPath();
    context.rect(left, top, right - left + more, bottom - top + more);
    context.clip();
  };
  clip(seen(view, view.box).map((edge) => Math.round(edge * density)), 0);
  for (const one of some) {
    const { kind, flags, box, fill, pen, at, end, shape, first, n } = one;
    // As Agg does it: whole pixels, and the last one belongs to the box; or a line on the edge would be cut away.
    if (flags & CLIP) clip(corners(box), 1);
    if (flags & FILL) context.fillStyle = ink(words, fill, dark).css;
    if (flags & STROKE) {
      const ends = words[pen + 3], lineWidth = words[pen + 2] * thick, strokeStyle = ink(words, pen, dark).css;
      const [lineDashOffset = 0, ...dashes] = Array.from(words.subarray(pen + 4, at), (word) => (word * thick) / FINE);
      const look = { strokeStyle, lineWidth, lineCap: CAPS[ends & 15], lineJoin: JOINS[(ends >> 4) & 15], miterLimit: 4 };
      Object.assign(context, look, { lineDashOffset }).setLineDash(dashes);
    }
    // A line along the axes fills whole pixels, at every density: its middle lies on one or between two.
    const middle = flags & STROKE && Math.round(words[pen + 2] * thick) % 2 ? 0.5 : 0;
    const snapped = (place) => (flags & SNAP ? (word) => Math.floor(place(word) + 0.5) + middle : place);
    context.beginPath();
    if (kind === PATH) trace(context, words, shape, snapped(placeX), snapped(placeY));
    if (kind === MARKS) { // all in one path: to paint each by itself takes most of a telephone's time
      const turn = snapped((word) => word * thick);
      for (let k = 0; k < n; k++) {
        let x = placeX(signed(words[first + k])), y = placeY(signed(words[first + n + k]));
        if (flags & SNAP) [x, y] = [Math.round(x), Math.round(y)];
        if (isSeen(words, one, view, k)) trace(context, words, shape, (word) => x + turn(word), (word) => y + turn(word));
      }
    } else if (kind === TEXT) {
      const type = (density / UNIT) * Math.max(view.pen, Math.min(1, (view.smallest * UNIT) / words[at]));
      const x = placeX(signed(words[first])), y = placeY(signed(words[first + 1]));
      trace(context, words, shape, (word) => x + word * type, (word) => y + word * type);
    } else if (kind === IMAGE) {
      const [left, top, right, bottom] = corners(at);
      context.imageSmoothingEnabled = false;
      context.drawImage(imageAt(words, at + 4, end, dark), left, top, right - left, bottom - top);
    }
    if (flags & FILL) context.fill();
    if (flags & STROKE) context.stroke();
    if (flags & CLIP) context.restore();
  }
  context.restore();
}

/** Return the image whose size stands at `at` as a canvas of one pixel a pixel. */
function imageAt(words, at, end, dark) {
  const [columns, rows, n] = words.subarray(at, at + 3);
  const palette = Array.from({ length: n }, (_, k) => ink(words, at + 3 + 2 * k, dark));
  const runs = new Uint8Array(words.buffer, 2 * (at + 3 + 2 * n), 2 * (end - at - 3 - 2 * n));
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
  for (let run = 0, pixel = 0; run < runs.length; run += 2)
    for (let k = 0; k < runs[run + 1]; k++, pixel += 4) image.data.set(palette[runs[run]], pixel);
  context.putImageData(image, 0, 0);
  return canvas;
}

function add(el, tag, css, attributes = {}) {
  const one = Object.assign(el.appendChild(document.createElement(tag)), { style: css });
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  return one;
}

/** Return where in the page a view shows a box of the scene. */
const seen = (view, box) => box.map((edge, k) => (k % 2 ? view.y : view.x)(edge));

/** Return the pixels of a view: from the left and from the top, and how many to the right and down. */
function boxOf(view, density) {
  const [left, top, right, bottom] = seen(view, view.box).map((edge) => Math.round(edge * density));
  return [left, top, right - left, bottom - top];
}

const meet = ([left, top, wide, high], [x, y, more, down]) =>
  left < x + more && x < left + wide && top < y + down && y < top + high;

/** Make what is wanted and not there, and take away what is there and not wanted. */
function keep(made, wanted, make) {
  for (const [key, { one }] of made) if (!wanted.includes(key)) { one.remove(); made.delete(key); }
  for (const key of wanted) if (!made.has(key)) made.set(key, make(key));
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1],
  Home: [0, -1e9], End: [0, 1e9], PageDown: [1, -10], PageUp: [1, 10] };
const SUPPRESS = "data-lm-suppress-shortcuts"; // on what has keys of its own: not JupyterLab's

/** Return the way and the steps of a key, and keep it from the page; null for a key that is not ours. */
function stepsOf(event) {
  const steps = event.altKey || event.ctrlKey || event.metaKey ? null : STEPS[event.key];
  if (steps) { event.preventDefault(); event.stopPropagation(); }
  return steps;
}

/** Return where in the scene lies what a monotone `view` of it shows at `target`. */
const sceneAt = (view, from, to, target, middle = (from + to) / 2) => to - from < 1e-7 ? from
  : view(middle) < target ? sceneAt(view, middle, to, target) : sceneAt(view, from, middle, target);

/** Lay an invisible slider, large as a fingertip, over each mark that a hand can move; the kernel says what follows. */
function handlesOf(model, el) {
  let layout = null, made = new Map();

  /** Put a handle where `at` is in the page; of one that `picks` from a box of the scene, if that is in it. */
  function put(number, { x, y, box }, at, picks) {
    const place = [x, y].map((view, k) => sceneAt(view, box[k] - 99, box[k + 2] + 99, at[k]));
    if (picks && !within(picks, ...place, 0)) return;
    model.set("hand", { handle: number, place });
    model.save_changes(); // one message at a time is under way, and of those that wait only the newest is sent
  }

  function make(number) {
    const one = add(el, "div", "position: absolute; width: 44px; height: 44px; margin: -22px; border-radius: 50%;"
      + "cursor: grab; touch-action: none; outline: none", { role: "slider", class: "handle", tabindex: 0 });
    const held = { one, view: null, grip: null };
    const ring = (on) => { one.style.outline = on ? "2px solid #0072b2" : "none"; };
    Object.assign(one, { onfocus: () => ring(one.matches(":focus-visible")), onblur: () => ring(false) });
    one.onkeydown = (event) => {
      const [way, steps] = stepsOf(event) ?? [];
      // No step is lost.
      if (steps) { model.send({ handle: number, way, steps: way && held.down ? -steps : steps }); ring(true); }
    };
    one.onpointerdown = (event) => {
      if (event.button) return;
      one.setPointerCapture(event.pointerId);
      held.grip = [event.clientX - parseFloat(one.style.left), event.clientY - parseFloat(one.style.top)];
      one.style.cursor = "grabbing";
    };
    one.onpointermove = ({ clientX, clientY }) => {
      if (held.grip) put(number, held.view, [clientX - held.grip[0], clientY - held.grip[1]]);
    };
    one.onlostpointercapture = () => { held.grip = null; one.style.cursor = "grab"; };
    return held;
  }
  el.onclick = ({ target, clientX, clientY }) => { // for a handle that picks, a click beside it is enough
    const { left, top } = el.getBoundingClientRect(), at = [clientX - left, clientY - top];
    const view = target.className !== "handle" && layout.panels.find((one) => within(seen(one, one.box), ...at, 0));
    for (const [number, { picks }] of made) if (picks && view) put(number, view, at, picks);
  };
  return (now) => {
    layout = now;
    const there = (model.get("handles") || []).filter(({ place }) => layout.at(...place));
    keep(made, there.map(({ number }) => number), make);
    for (const { number, place, label, told, now, low, high, down, picks } of there) {
      const view = layout.at(...place), { one } = Object.assign(made.get(number), { view, down, picks });
      Object.assign(one.style, { left: `${view.x(place[0])}px`, top: `${view.y(place[1])}px` });
      const said = { label, valuetext: told, valuenow: now, valuemin: low, valuemax: high };
      for (const [name, value] of Object.entries(said)) one.setAttribute(`aria-${name}`, value);
    }
  };
}

/** Return a number in plain form, of its log10: `0.37`, `1 in 16,000`, `10^-31.4`. */
function plain(log10, digits, sign = "") {
  if (log10 <= -9 || log10 >= 6) return `${sign}10^${log10.toFixed(1)}`;
  if (log10 >= -3) return `${sign}${Number((10 ** log10).toPrecision(digits))}`;
  return `${sign}1 in ${Number((10 ** -log10).toPrecision(2)).toLocaleString("en")}`;
}

/** Return the number at a share of an axis, in plain form and to a part of a pixel. */
function numberAt({ low, high, log10, whole }, share) {
  const number = low + (high - low) * share, digits = Math.ceil(2.3 - Math.log10(Math.abs(high - low)));
  if (log10 || whole) return log10 ? plain(number, 2) : `${Math.round(number)}`;
  const said = number.toFixed(Math.max(0, digits));
  return `${Number(said) || said.replace("-", "")}`; // 0.00 is not said to be 0
}

/** Return how high a line lies at x, null where it does not; where it has left the frame it is known on which side. */
function heightAt(points, x, top, bottom) {
  const k = points.findLastIndex(([from]) => from <= x + 0.3), next = points[k + 1];
  const [from, height] = points[Math.max(k, 0)];
  if (k >= 0 && Math.abs(from - x) < 0.3) return height;
  if (k >= 0 && next && !next.begins) return height + ((next[1] - height) * (x - from)) / (next[0] - from);
  return height < top - 0.5 || height > bottom + 0.5 ? height : null;
}

/** Return the stops where a line or its marks say something: where each lies in the scene, and what is said there. */
function stopsOf(words, { kind, flags, at }, { x: across, y: up, names, frame: [left, top, right, bottom] }) {
  const shape = shapeAt(words, at, flags & CODES), isLine = kind === PATH, n = isLine ? shape.n : words[shape.end];
  const from = isLine ? shape.x : shape.end + 1, points = Array.from({ length: n }, (_, k) => Object.assign(
    [signed(words[from + k]) / UNIT, signed(words[from + n + k]) / UNIT], { begins: shape.codes?.[k] === 1 }));
  const rises = points.every(([x], k) => !k || x > points[k - 1][0] - 0.1), wide = points[n - 1][0] - points[0][0];
  const xSaid = (x) => across.prefix + numberAt(across, (x - left) / (right - left));
  const ySaid = (y) => (y > bottom + 0.5 ? "less than " : y < top - 0.5 ? "more than " : "")
    + numberAt(up, (bottom - bounded(y, top, bottom)) / (bottom - top));
  const stop = ([x, y], k) => // where a line turns back, x does not tell y
    ({ x, y, said: rises ? `${names[k] ?? xSaid(x)}: ${ySaid(y)}` : `${xSaid(x)}, ${up.prefix}${ySaid(y)}` });
  if (!isLine || !rises) return points.map(stop);
  if (wide < 0.5) { // upright: it says where it stands
    const [x] = points[0], said = xSaid(x);
    return Array.from({ length: 21 }, (_, k) => ({ x, y: top + ((bottom - top) * k) / 20, said }));
  }
  const step = (right - left) / (across.whole ? across.high - across.low : 200); // each whole step, or 200 places
  const first = left + (across.whole ? (Math.ceil(across.low) - across.low) * step : 0);
  const places = Array.from({ length: Math.floor((right - first) / step + 1.1) }, (_, k) => first + k * step);
  return places.map((x) => [x, heightAt(points, x, top, bottom)]).filter(([, y]) => y !== null).map(stop);
}

/** Return what can be read off a list: of each line and of each matrix whose it is and its stops. */
function readable(words, shown) {
  const found = [];
  for (const operation of operations(words)) {
    const { kind, owner, at } = operation, facts = shown[owner - 1], known = found.filter((one) => one.owner === owner);
    const item = { owner, facts, number: known.length, columns: 0 };
    if (!facts || kind === TEXT || kind === IMAGE) continue;
    // The marks of a line stand where it does.
    if (kind !== VALUES && !known.length) found.push({ ...item, stops: stopsOf(words, operation, facts) });
    if (kind !== VALUES) continue;
    const [columns, rows] = words.subarray(at + 4, at + 6);
    const number = (k) => {
      const size = words[at + 6 + k] & 32767, sign = words[at + 6 + k] > 32767 ? "-" : "";
      return size > 1 ? plain(size / 800 - 20, 3, sign) : size ? "less than 10^-20" : "0";
    };
    const place = ([word, first, step], k) => `${word} ${Number((first + k * step).toFixed(6))}`;
    const [left, top, right, bottom] = Array.from(words.subarray(at, at + 4), (word) => signed(word) / UNIT);
    const [wide, high] = [(right - left) / columns, (bottom - top) / rows];
    const stops = Array.from({ length: facts.rows ? rows * columns : 0 }, (_, k) => {
      const [row, column] = [Math.floor(k / columns), k % columns];
      const said = `${place(facts.rows, row)}, ${place(facts.columns, column)}: ${number(k)}`;
      return { x: left + (column + 0.5) * wide, y: top + (row + 0.5) * high, said };
    });
    if (facts.rows) found.push({ ...item, columns, stops, cell: wide });
    else for (const one of known[0]?.stops ?? []) one.said = number(0); // what no axes tell
  }
  return found.filter((one) => one.stops.length);
}

/** Say what moving lines and matrices hold: beside the pointer, and by the keys in each panel that is tabbed to. */
function valuesOf(model, el) {
  const over = "position: absolute; pointer-events: none; box-sizing: border-box; visibility: hidden;";
  const ring = add(el, "div", `${over} width: 12px; height: 12px; margin: -6px; border: 2px solid; border-radius: 50%`);
  const tip = add(el, "div", `${over} max-width: 96%; padding: 1px 7px; font: 13px/1.4 sans-serif;`
    + "border: 1px solid; border-left-width: 7px; z-index: 2", { role: "status" });
  const targets = new Map(); // by frame: what is tabbed to
  let layout = null, here = null; // what is read now: whose, which of it, and which stop
  const items = () => readable(wordsOf(model.get("moving")), model.get("facts").shown);
  const isHere = ({ owner, number }) => here && owner === here.owner && number === here.number;
  const viewOf = ([left, top, right, bottom]) => layout.at((left + right) / 2, (top + bottom) / 2);

  function say(next, some = items()) {
    here = next;
    const item = some.find(isHere);
    for (const one of [tip, ring]) one.style.visibility = item ? "visible" : "hidden";
    if (!item) return;
    here.stop = bounded(here.stop, 0, item.stops.length - 1);
    const { x, y, said } = item.stops[here.stop], { frame, names, name, colour } = item.facts, view = viewOf(frame);
    const left = view.x(x), top = view.y(bounded(y, frame[1], frame[3]));
    tip.replaceChildren();
    add(tip, "b", "").textContent = (item.columns && names[item.number]) || name;
    tip.append(`, ${said}`);
    tip.style.borderColor = ring.style.borderColor = shade(colour, layout.dark);
    [tip.style.background, tip.style.color] = ["#ffffff", "#000000"].map((one) => shade(one, layout.dark));
    Object.assign(ring.style, { left: `${left}px`, top: `${top}px` });
    const high = tip.offsetHeight, beside = bounded(left + 10, 0, Math.max(0, el.clientWidth - tip.offsetWidth - 1));
    Object.assign(tip.style, { left: `${beside}px`, top: `${top > high + 12 ? top - high - 10 : top + 12}px` });
  }

  /** Read the stop that is nearest to a place in the page, if one is near; cells where no line is. */
  function point(event) {
    const box = el.getBoundingClientRect(), [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const dragged = event.buttons && (event.pointerType !== "touch" || event.target.className === "handle");
    let nearest = null, near = 30; // CSS pixels
    const some = dragged ? [] : items();
    for (const item of some) {
      const { owner, number, stops, cell, facts: { frame } } = item, view = viewOf(frame);
      if (!within(seen(view, frame), x, y, 6)) continue;
      stops.forEach((stop, k) => {
        const [across, down] = [view.x(stop.x) - x, view.y(bounded(stop.y, frame[1], frame[3])) - y].map(Math.abs);
        const away = cell ? 7 + (Math.max(across, down) > (view.pen * cell) / 2 ? 99 : 0) : Math.hypot(across, down);
        if (away < near) [near, nearest] = [away, { owner, number, stop: k }];
      });
    }
    say(nearest, some);
  }

  /** Walk by a key along what is read, or to what else is read in this panel. */
  function walk(event, frame) {
    const steps = event.type === "focus" ? [1, 0] : stepsOf(event);
    const some = items().filter(({ facts }) => `${facts.frame}` === frame);
    if (!steps || !some.length) return;
    const at = Math.max(0, some.findIndex(isHere)), item = some[at], last = item.stops.length - 1;
    const next = some[(at - Math.sign(steps[1]) + some.length) % some.length];
    const from = item.stops[bounded(here?.stop ?? 0, 0, last)].x;
    if (!steps[1] || Math.abs(steps[1]) === 10 || (steps[0] && !item.columns)) {
      const away = next.stops.map((stop) => Math.abs(stop.x - from));
      say({ owner: next.owner, number: next.number, stop: next.columns ? 0 : away.indexOf(Math.min(...away)) });
    } else {
      const stop = here.stop + (steps[0] ? -item.columns : 1) * steps[1];
      say({ ...here, stop: steps[0] && (stop < 0 || stop > last) ? here.stop : bounded(stop, 0, last) });
    }
  }

  function targetOf(frame) {
    const one = add(el, "div", `${over} visibility: visible; outline-offset: 3px`, { role: "application", tabindex: 0 });
    const read = (event) => walk(event, frame);
    return { one: Object.assign(one, { onfocus: read, onkeydown: read, onblur: () => say(null) }) };
  }
  const leave = ({ pointerType }) => // a finger leaves when it is lifted
    pointerType === "touch" || el.contains(document.activeElement) || say(null);
  Object.assign(el, { onpointermove: point, onpointerdown: point, onpointerleave: leave });
  function layTargets() {
    const shown = model.get("facts").shown.filter(Boolean);
    keep(targets, [...new Set(shown.map(({ frame }) => `${frame}`))], targetOf);
    for (const [key, { one }] of targets) {
      const some = shown.filter(({ frame }) => `${frame}` === key), names = [...new Set(some.map(({ name }) => name))];
      const [left, top, right, bottom] = seen(viewOf(some[0].frame), some[0].frame);
      const [width, height] = [right - left, bottom - top].map((length) => `${length}px`);
      Object.assign(one.style, { left: `${left}px`, top: `${top}px`, width, height });
      one.setAttribute("aria-label", `values of ${names.join(", ")}: arrow keys`);
    }
  }
  return (now) => {
    if (layout !== now) { layout = now; layTargets(); }
    if (here) say(here);
  };
}

/** Lay buttons below a drawing that moves one control on, step by step: the next when the last has been painted. */
function playOf(model, el, signal) {
  const bar = add(el, "div", "display: none; flex-wrap: wrap; gap: 8px; align-items: center; font: 13px sans-serif");
  const look = "font: inherit; min-height: 28px; padding: 0 10px; white-space: nowrap";
  const [play, step, speed] = ["button", "button", "select"].map((tag) => add(bar, tag, look));
  const told = add(bar, "span", ""), calm = matchMedia("(prefers-reduced-motion: reduce)");
  for (const rate of [1, 2, 5, 10, 30]) speed.add(new Option(`${rate} a second`, rate, rate === 5, rate === 5));
  speed.setAttribute("aria-label", "speed");
  let playing = false, timer = 0, from = null; // what it stood at when the step was asked for that is under way
  const move = (steps, { now, control } = model.get("plays")) => { from = now; model.send({ control, steps }); };
  const set = (on) => {
    playing = on;
    clearTimeout(timer);
    play.textContent = on ? "⏸ Pause" : "▶ Play";
    if (on) move(model.get("plays").now >= model.get("plays").high ? -1e9 : 1);
  };
  play.onclick = () => set(!playing);
  Object.assign(step, { textContent: "Step", onclick: () => { set(false); move(1); } });
  set(false);
  signal.addEventListener("abort", () => set(false));
  return () => { // what the model holds has been painted
    const { label, now, high, told: value, draft } = model.get("plays") || {};
    bar.style.display = label ? "flex" : "none";
    play.hidden = speed.hidden = calm.matches;
    if (told.textContent !== (value ?? "")) [told.textContent, play.title] = [value, (step.title = `move ${label} on`)];
    if (!playing || draft || now === from) return;
    from = now; // so that the next one is asked for once
    if (!label || now >= high || calm.matches) set(false);
    else timer = setTimeout(() => move(1), 1000 / speed.value);
  };
}

/** Let keys act on the controls round `el` alone. JupyterLab and Notebook 7 take arrows and letters before the focused
 * element hears of them, not from one with SUPPRESS. What runs and leaves a cell, and Ctrl, Alt and Cmd, stay theirs. */
function keepKeys(el, signal) {
  addEventListener("keydown", ({ target, key, ctrlKey, altKey, metaKey, shiftKey }) => {
    const theirs = ctrlKey || altKey || metaKey || key === "Escape" || (shiftKey && key === "Enter");
    if (whole(el).contains(target)) target.toggleAttribute(SUPPRESS, !theirs);
  }, { capture: true, signal });
}

/** One view of a drawing: it paints what the model holds, and lets go of everything when it is taken away. */
function render({ model, el }) {
  const canvas = add(el, "canvas", "display: block", { role: "img" }), kept = document.createElement("canvas");
  const life = new AbortController(), { signal } = life;
  el.style.cssText += "position: relative; overflow: clip"; // what is hidden is scrolled to where the keys are
  keepKeys(el, signal);
  const followers = [handlesOf(model, el), valuesOf(model, el), playOf(model, el, signal)];
  let frame = 0, dark, room = el.clientWidth, part; // how wide it may be, and what is on the screen of how high it is
  let layout = {}, named = "", boxes = [], keptFor, below, above; // what is the same from frame to frame is made once

  /** Paint a list in those views in which it is not as it `was`, upon what `lay` lays there; return how it is. What is
   * higher or lower than what is on the screen waits. */
  function renew(on, data, views, was, lay, density, [from, to] = [0, Infinity]) {
    const words = wordsOf(data), list = [...operations(words)], context = opaque(on);
    return views.map((view, number) => {
      const [left, top, wide, high] = boxes[number];
      if (top + high < from * density || top > to * density) return was[number];
      const some = list.filter((one) => reaches(words, one, view));
      let print = Math.round(99 * view.x((view.box[0] + view.box[2]) / 2)); // its axes may move inside its box
      for (const { start, end } of some)
        for (let k = start; k < end; k++) print = Math.imul(print ^ words[k], 16777619) + 1;
      if (print === was[number]) return print;
      lay(context, left, top, wide, high);
      paint(context, words, some, view, density, dark);
      return print;
    });
  }

  function paintNow(density, room = el.clientWidth, part = undefined) {
    const facts = model.get("facts"), width = Math.min(room, facts.width);
    if (!width) return; // hidden; its size is observed
    if (layout.facts !== facts || layout.width !== width) {
      layout = { facts, width, dark, ...layoutOf(facts, width) };
      const colours = facts.shown.flatMap((one) => one?.colour ?? []); // of the lines below names, too (words.py)
      if (named !== (named = `${dark} ${colours}`)) // a style that is set is computed anew, though it is the same
        for (const one of colours) whole(el).style.setProperty(`--${one.slice(1)}`, shade(one, dark));
    }
    const size = { width: Math.round(width * density), height: Math.round(layout.height * density) };
    const views = [...layout.panels, ...layout.words];
    const white = (context, ...box) => { context.fillStyle = shade("#ffffff", dark); context.fillRect(...box); };
    const again = (context, ...box) => context.drawImage(kept, ...box, ...box), were = boxes;
    boxes = views.map((view) => boxOf(view, density));
    if (canvas.width !== size.width || canvas.height !== size.height || boxes.length !== were.length) {
      for (const one of [canvas, kept]) white(opaque(Object.assign(one, size)), 0, 0, size.width, size.height);
      Object.assign(canvas.style, { width: `${width}px`, height: `${layout.height}px` });
      [keptFor, below, above, part] = [null, [], [], undefined]; // all of it: what is on the screen will be told
      onScreen.unobserve(el);
      onScreen.observe(el);
    } else were.forEach((was, k) => { // a view that has moved leaves nothing, nor of its neighbours, where it was
      if (`${was}` === `${boxes[k]}`) return;
      for (const one of [canvas, kept]) white(opaque(one), ...was);
      boxes.forEach((box, j) => { if (j === k || meet(was, box)) below[j] = null; });
    });
    if (keptFor !== model.get("still")) {
      const was = below;
      below = renew(kept, (keptFor = model.get("still")), views, was, white, density);
      boxes.forEach((box, k) => {
        if (below[k] === was[k]) return;
        above[k] = null;
        again(opaque(canvas), ...box);
      });
    }
    above = renew(canvas, model.get("moving"), layout.panels, above, again, density, part);
    canvas.setAttribute("aria-label", model.get("sentence"));
    for (const follow of followers) follow(layout);
  }

  // At most once a frame; what is printed cannot wait for one, and is as sharp and as light as paper.
  const paintSoon = () => frame ||= requestAnimationFrame(() => { frame = 0; paintNow(devicePixelRatio, room, part); });
  const turn = (to) => { if (to !== dark) [dark, boxes, layout] = [to, [], {}]; }; // all of it is painted anew
  const followPage = () => { turn(isDark(el)); paintSoon(); };
  const resized = new ResizeObserver(() => { room = el.clientWidth; followPage(); }); // asked for, it is laid out anew
  const themed = new MutationObserver(followPage);
  const onScreen = new IntersectionObserver((entries) => { // of several the last one is how it is now
    const { boundingClientRect: all, intersectionRect: seen } = entries.at(-1);
    part = [seen.top - all.top - 60, seen.bottom < all.bottom ? seen.bottom - all.top + 60 : Infinity];
    paintSoon();
  }, { threshold: Array.from({ length: 41 }, (_, k) => k / 40) });
  const followDensity = () => matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
    .addEventListener("change", () => { paintSoon(); followDensity(); }, { once: true, signal });
  model.on("change", paintSoon);
  for (const observer of [resized, onScreen]) observer.observe(el);
  for (const one of [document.documentElement, document.body]) themed.observe(one, { attributes: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", followPage, { signal });
  followDensity();
  addEventListener("resize", paintSoon, { signal }); // a page that is zoomed has another density too
  addEventListener("beforeprint", () => { turn(false); paintNow(Math.max(3, devicePixelRatio)); }, { signal });
  addEventListener("afterprint", followPage, { signal });
  followPage();
  return () => {
    life.abort();
    for (const observer of [resized, onScreen, themed]) observer.disconnect();
    model.off("change", paintSoon);
    cancelAnimationFrame(frame);
    canvas.width = kept.width = 0; // a canvas keeps its pixels until it is collected
  };
}

/** Tell the kernel, once a page, that drawings can be shown here, as soon as it is heard here: where a page takes more
 * than two seconds to get this ready, anywidget lets nothing through that the kernel says, and the picture stays. */
const initialize = ({ model }) => {
  model.on("msg:custom", () => { model.set("lives", true); model.save_changes(); });
  model.send({ asks: "am I heard?" });
};
export default { initialize, render };
