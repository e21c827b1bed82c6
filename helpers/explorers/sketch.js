// A curve that the reader draws by its marks before the truth is seen over it. Like player.js, which paints it and lets
// the marks be moved, it needs no kernel: `data` is what sketch.py says, or what the site has stored of it.

const YOURS = [0xa0 | 0x12 << 8, 0x6c | 0xff << 8]; // style.GUESS, in the words of a display list

/** Return the operation that draws a line of so many CSS pixels through places in the scene. */
function stroke(width, xs, ys) {
  const body = [...YOURS, 32 * width, 1 | 1 << 4, xs.length, ...[...xs, ...ys].map((place) => Math.round(32 * place))];
  return [1 | 4 << 8, body.length + 3, 0, ...body];
}

const plainly = (log10) => (Math.abs(log10) < 4 ? `${Number((10 ** log10).toPrecision(2))}` : `10^${log10.toFixed(1)}`);

/** Say how a drawn line lies beside the truth; both are logarithms at the same `places`. */
function comparison(drawn, truth, places, close) {
  const off = drawn.map((height, k) => height - truth[k]), sizes = off.map(Math.abs), worst = Math.max(...sizes);
  if (worst <= close) return { right: true, text: "That is how it goes." };
  const middle = (all) => all.reduce((sum, one) => sum + one, 0) / all.length;
  const centred = (all) => all.map((one) => one - middle(all)), along = (a, b) => middle(a.map((one, k) => one * b[k]));
  // Of what is drawn, what is the truth, stretched, and what is left: another shape.
  const [mine, real] = [centred(drawn), centred(truth)], stretch = along(mine, real) / along(real, real);
  const left = Math.sqrt(along(...Array(2).fill(mine.map((one, k) => one - stretch * real[k]))));
  const far = sizes.indexOf(worst), at = `At ${places[far]} you have ${plainly(drawn[far])}, and it is ${plainly(truth[far])}.`;
  if (stretch < -0.1) return { text: `It goes the other way. ${at}` };
  if (stretch < 0.1) return { text: `Yours is level, or nearly. ${at}` };
  const beyond = off.filter((one) => Math.abs(one) > close), low = beyond.filter((one) => one < 0).length;
  const how = stretch > 1.2 ? "too steep" : stretch < 0.8 ? "too flat" : !low ? "too high"
    : low === beyond.length ? "too low" : "too high in one place and too low in another";
  const shape = left <= close / 2 + 0.15 * stretch * Math.sqrt(along(real, real));
  return { text: `${shape ? "The right shape, but" : "Another shape, and on the whole"} ${how}. ${at}` };
}

/** Fill `el` with the curve of `data`; `player` is what player.js exports. */
function sketch(el, data, player) {
  const { ask, told, places, fixed, x, top, bottom, low, high, step, first, truth, close } = data;
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const held = { facts: data.facts, still: new DataView(bytes(data.still).buffer) }, heard = new Set();
  const make = (tag, text, attributes = {}) => {
    const one = Object.assign(document.createElement(tag), { textContent: text });
    for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
    return one;
  };
  let heights = [], done = false;
  const put = (k, height) => {
    if (!done) heights[k] = Math.min(Math.max(Math.round(height / step) * step, low), high);
  };

  function show() {
    const ys = heights.map((height) => bottom + ((top - bottom) * (height - low)) / (high - low));
    const marks = x.slice(fixed).flatMap((one, k) => stroke(10, [one, one + 0.04], [ys[k + fixed], ys[k + fixed]]));
    const mine = new Uint8Array(Uint16Array.from([...stroke(2, x, ys), ...marks], (word) => word & 0xffff).buffer);
    const real = done ? bytes(data.list) : [], moving = new Uint8Array(mine.length + real.length);
    moving.set(mine);
    moving.set(real, mine.length);
    const handles = x.map((one, k) => ({
      number: k, place: [one, ys[k]], label: `${data.name} at ${places[k]}`, told: plainly(heights[k]), now: heights[k], low, high,
    }));
    const sentence = `Your line: ${places.map((place, k) => `${place}: ${plainly(heights[k])}`).join(", ")}.`;
    Object.assign(held, { moving: new DataView(moving.buffer), sentence, handles: done ? [] : handles.slice(fixed) });
    for (const listener of heard) listener();
  }

  const model = {
    get: (name) => held[name],
    on(_event, listener) { heard.add(listener); },
    off(_event, listener) { heard.delete(listener); },
    set(_name, { handle, place }) { put(handle, low + ((high - low) * (bottom - place[1])) / (bottom - top)); },
    save_changes: show,
    send({ handle, steps }) { put(handle, heights[handle] + steps * step); show(); },
  };
  const drawing = make("div", "", { class: "drawing", style: `max-width: ${data.facts.width}px` });
  const look = { type: "button", style: "font: inherit; min-height: 32px; padding: 0 12px" };
  const check = make("button", "", look), verdict = make("p", "", { role: "status", style: "margin: 6px 0; min-height: 3em" });
  check.onclick = () => {
    if (done) begin(); else {
      done = true;
      const { right, text } = comparison(heights, truth, places, close);
      verdict.textContent = `${right ? "✓" : "✗"} ${text} ${told}`;
      check.textContent = "Draw again";
    }
    show();
  };
  function begin() {
    heights = truth.map((height, k) => (k < fixed ? height : first));
    done = false;
    [check.textContent, verdict.textContent] = ["Show the truth", ""];
  }
  begin();
  show();
  el.replaceChildren(make("p", ask, { style: "font-weight: bold; margin: 0 0 4px" }), drawing, check, verdict);
  return player.render({ model, el: drawing });
}

export default sketch;
