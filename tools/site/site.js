// Explorers in a page without a kernel: films (tools/site/films.py) behind the controls, painted by player.js.
//
// This is a classic script, and so is each film, because a page that is opened from a folder (file://) may neither fetch
// nor import its neighbours. The build puts player.js in place of the word PLAYER below,
// and sketch.js after it.

(() => {
const player = PLAYER;

const here = new URL(".", document.currentScript.src);
const NEAR = "600px"; // how far below what is seen an explorer gets ready
const LIVE = "The live notebook takes every setting.";
const WAIT = 150; // ms without an answer after which an explorer says that it loads

// Films

const files = new Map();

/** Return a promise of the film of this name: its file is asked for when it is first needed. */
function filmOf(name) {
  if (!files.has(name)) {
    const entry = {};
    files.set(name, entry);
    entry.promise = new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: new URL(`films/${name}.js`, here) });
      Object.assign(entry, { resolve, script });
      script.onerror = () => {
        files.delete(name); // the next try asks again
        reject(new Error(`the file films/${name}.js does not load`));
      };
      document.head.append(script);
    });
  }
  return files.get(name).promise;
}

/** What a film's file calls. */
window.film = (name, stills, text) => {
  const entry = files.get(name);
  entry.script.remove();
  if (stills) filmOf(stills).catch(() => {});
  entry.resolve(decoded(text).then((film) => Object.assign(film, { stills })));
};

async function decoded(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return readFilm(new Uint8Array(await new Response(inflated).arrayBuffer()));
}

/** Return n numbers that were written bytewise: all lowest bytes, all next, ... . */
function unfolded(bytes, at, n, width) {
  const numbers = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    let folded = 0;
    for (let byte = 0; byte < width; byte++) folded += bytes[at + byte * n + k] * 256 ** byte;
    numbers[k] = folded % 2 ? -(folded + 1) / 2 : folded / 2;
  }
  return numbers;
}

/** Read a film: what is told of each frame, and its list, which is put together when it is asked for. It pauses for
 * what else the page has to do, such as to follow a hand. */
async function readFilm(bytes) {
  const view = new DataView(bytes.buffer), size = view.getUint32(0, true);
  const { n, slots, ops, words, told } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  let at = 4 + size;
  const table = unfolded(bytes, at, slots * n, 4);
  at += 4 * slots * n;
  const lengths = Array.from({ length: ops }, (_, k) => view.getUint32(at + 4 * k, true));
  const differences = unfolded(bytes, at + 4 * ops, words, 2), all = new Uint16Array(words);
  const starts = [];
  for (let slot = 0, next = 0, since = performance.now(); slot < slots; slot++) {
    let last = -1, before = -1;
    if (performance.now() - since > 5) {
      await new Promise((go) => { setTimeout(go); });
      since = performance.now();
    }
    for (let frame = 0, number = 0; frame < n; frame++) {
      table[slot * n + frame] = number += table[slot * n + frame];
      if (number < starts.length) continue;
      const length = lengths[number], known = last >= 0 && lengths[last] === length;
      const even = known && before >= 0 && lengths[before] === length;
      for (let k = 0; k < length; k++) {
        const one = known ? all[starts[last] + k] : 0;
        all[next + k] = differences[next + k] + (even ? 2 * one - all[starts[before] + k] : one);
      }
      starts.push(next);
      next += length;
      [before, last] = [last, number];
    }
  }
  const lists = new Map();
  return {
    told,
    list(frame) {
      if (!lists.has(frame)) {
        const numbers = Array.from({ length: slots }, (_, slot) => table[slot * n + frame]).filter((number) => number >= 0);
        const list = new Uint16Array(numbers.reduce((sum, number) => sum + lengths[number], 0));
        let to = 0;
        for (const number of numbers) {
          list.set(all.subarray(starts[number], starts[number] + lengths[number]), to);
          to += lengths[number];
        }
        if (lists.size > 50) lists.clear();
        lists.set(frame, new DataView(list.buffer));
      }
      return lists.get(frame);
    },
  };
}

// Numbers as they are written, and read

const written = (value) => (Math.abs(value) < 1e-6 && value ? value.toFixed(10).replace(/0+$/, "") : String(value));

function numberIn(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

/** Return the place of what lies nearest to `value` in a row of numbers that grow. */
function nearest(values, value) {
  let from = 0, to = values.length - 1;
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (values[middle] <= value) from = middle; else to = middle;
  }
  return Math.abs(values[to] - value) < Math.abs(values[from] - value) ? to : from;
}

const joined = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

const colours = new WeakMap(); // of the curves that have a name in a sentence, by what is shown, and how they are found

/** Return a sentence in parts, of which each name of a curve is underlined in its colour; words.py does the same. */
function underlined(sentence, shown) {
  if (!colours.has(shown)) {
    const all = new Map(shown.filter((one) => one?.name).map(({ name, colour }) => [name, colour]));
    const names = [...all.keys()].filter((name) => !/^#(..)\1\1$/.test(all.get(name))).sort((a, b) => b.length - a.length)
      .map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
    const found = names.length && new RegExp(`(?<![\\p{L}\\p{N}_])(${names.join("|")})(?![\\p{L}\\p{N}_])`, "u");
    colours.set(shown, [all, found]);
  }
  const [all, found] = colours.get(shown);
  if (!found) return [sentence];
  return sentence.split(found).map((part, k) => {
    if (k % 2 === 0) return part;
    const one = Object.assign(document.createElement("span"), { textContent: part });
    one.style.borderBottom = `2px solid var(--${all.get(part).slice(1)}, ${all.get(part)})`;
    return one;
  });
}

/** Return `told`, called at most once a frame: at once, or in the next frame if that is the second time; or, in place of
 * the next frame, when `later` says. */
function oncePerFrame(told, later = requestAnimationFrame) {
  let waits = false, again = false;
  return function call() {
    if (waits) { again = true; return; }
    told();
    [waits, again] = [true, false];
    later(() => { waits = false; if (again) call(); });
  };
}

// One explorer

/** Fill `el` with the explorer that `facts` (tools/site/pages.py) tell of; return what a test can take hold of. */
function explorer(el, facts) {
  for (const strip of facts.strips) strip.fixed = { ...facts.opened, ...strip.fixed };
  const specs = new Map(facts.controls.map((spec) => [spec.name, spec]));
  const defaults = facts.opened;
  const heard = new Set(), rows = new Map(), alone = new Map();
  const held = { facts: {}, still: null, moving: null, sentence: "", handles: [] };
  let wanted = { ...defaults }, asked = 0, shown = null; // shown: strip, film, frame, settings

  // What anywidget gives the player

  const model = {
    get: (name) => held[name],
    set(name, value) { if (name === "hand") hand = value; },
    save_changes: oncePerFrame(() => { if (hand) drag(hand); hand = null; }),
    send(told) { step(told); },
    on(event, told) { if (event === "change") heard.add(told); },
    off(event, told) { heard.delete(told); },
  };
  let hand = null, drags = 0;

  // Which strip answers

  /** Return the stops of a control in a strip: what moves has several. */
  const stopsIn = (strip, name) => (name in strip.moving ? facts.stops[strip.moving[name]] : [strip.fixed[name]]);

  /** Return the value in a strip that is nearest to `value`. */
  function valueIn(strip, name, value) {
    const values = stopsIn(strip, name);
    return name in strip.moving ? values[nearest(values, value)] : values[0];
  }

  const fitted = (strip, settings) =>
    Object.fromEntries([...specs.keys()].map((name) => [name, valueIn(strip, name, settings[name])]));

  /** Return the strip that shows most of the settings; what was `moved` just now counts more than all others. */
  function stripFor(settings, moved, among = facts.strips) {
    let best = null, least = Infinity;
    for (const strip of among) {
      let cost = Object.keys(strip.moving).length * 0.01;
      for (const [name, spec] of specs) {
        if (cost >= least) break;
        const value = valueIn(strip, name, settings[name]);
        if (value === settings[name]) continue;
        if (name in strip.moving) cost += Math.abs(value - settings[name]) / (spec.high - spec.low);
        else cost += (spec.kind === "slider" ? 1 : 4) * (moved.includes(name) ? 100 : 1);
      }
      if (cost < least) [best, least] = [strip, cost];
    }
    return best;
  }

  /** Say whether a strip has these settings, up to the space between two of its stops. */
  const holds = (strip, settings) =>
    [...specs.keys()].every((name) => name in strip.moving || strip.fixed[name] === settings[name]);

  function frameIn(strip, settings) {
    let frame = 0, size = 1;
    for (const name of Object.keys(strip.moving)) {
      const values = stopsIn(strip, name);
      frame += size * values.indexOf(settings[name]);
      size *= values.length;
    }
    return frame;
  }

  /** Show `settings`, or what is recorded next to them, and say where it differs from what was asked for. */
  async function show(settings, moved = [], said = []) {
    const turn = ++asked;
    wanted = settings;
    const alone = shown && Object.keys(shown.strip.moving).length === 1; // of two together, one alone has finer stops
    const stays = alone && moved.length && moved.every((name) => name in shown.strip.moving) && holds(shown.strip, settings);
    const strip = stays ? shown.strip : stripFor(settings, moved);
    const settled = fitted(strip, settings);
    if (!strip.film) {
      const sign = setTimeout(() => { if (turn === asked) say(["Loading …"]); }, WAIT);
      try {
        await prepare(strip);
      } catch (failure) {
        if (turn === asked) say([`No picture: ${failure.message}.`]);
        return;
      } finally {
        clearTimeout(sign);
      }
      if (turn !== asked) return; // a newer setting has come meanwhile
    }
    const { film } = strip, frame = frameIn(strip, settled), told = film.told[frame];
    shown = { strip, frame, settings: settled };
    wanted = settled;
    Object.assign(held, { ...told, facts: film.kept.told[told.still], still: film.kept.list(told.still) });
    held.moving = withGuess(film.list(frame));
    delete held.off;
    follow(settled, told);
    say([...said, ...differences(settings, settled, moved)]);
    for (const listener of heard) listener();
    address(settled);
  }

  /** Return a list with the reader's guess, if there is one, painted over it where it lies on the axes as they are. */
  function withGuess(list) {
    const { question, shown: number, way, lists } = facts.guess ?? {}, { low, high } = held.facts.shown[number]?.[way] ?? {};
    const made = lists?.find(([from, to]) => from === low && to === high)?.[2], told = guesses.get(question);
    const off = (place) => Math.abs(place - told); // a number is painted at the nearest place that was made
    const text = made?.[typeof told === "number" ? Object.keys(made).reduce((a, b) => (off(b) < off(a) ? b : a)) : told];
    if (!text) return list;
    const guess = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const both = new Uint8Array(list.byteLength + guess.length);
    both.set(new Uint8Array(list.buffer));
    both.set(guess, list.byteLength);
    return new DataView(both.buffer);
  }

  let gaveWay = { to: "", names: new Set() }; // the controls that went back when one was moved, while it is moved on

  /** Say what was asked for and is not shown. */
  function differences(settings, settled, moved) {
    const close = [], mover = moved.join();
    if (mover !== gaveWay.to || !mover) gaveWay = { to: mover, names: new Set() };
    for (const [name, { label, kind }] of specs) {
      if (settings[name] === settled[name]) continue;
      if (kind === "typed") return [`${label}: a text of your own is not among the recordings.`, LIVE];
      if (kind === "slider" && (moved.includes(name) || name in shown.strip.moving)) close.push(`${label} = ${shownAs(name, settled[name])}`);
      else gaveWay.names.add(name);
    }
    const found = [], back = [...gaveWay.names].map((name) => `${specs.get(name).label} = ${shownAs(name, settled[name])}`);
    if (close.length) found.push(`The nearest that was recorded is ${joined(close)}.`);
    if (back.length) found.push(`This page plays recordings; what you ask for was recorded with ${joined(back)} only.`);
    return found.length ? [...found, LIVE] : [];
  }

  function shownAs(name, value) {
    const spec = specs.get(name);
    if (spec.kind === "choice") return spec.options.find(([, option]) => option === value)[0];
    return spec.kind === "slider" ? written(value) : value;
  }

  // Handles

  /** Set the controls of a handle so that it lies as near as can be to where the hand is. */
  async function drag({ handle: number, place }) {
    const ways = Object.entries(facts.handles[number]), names = ways.map(([, name]) => name);
    const among = facts.strips.filter((strip) => names.every((name) => name in strip.moving));
    if (!among.length) { chooseAt(number, place, ...ways[0]); return; }
    const strip = among.includes(shown.strip) ? shown.strip : stripFor(wanted, [], among);
    const turn = ++drags;
    if (!strip.film) await prepare(strip);
    if (turn !== drags) return;
    const sought = fitted(strip, wanted);
    // One way at a time: where the handle lies along one does not hang on the other control.
    for (const [way, name] of ways) {
      const values = stopsIn(strip, name), first = frameIn(strip, { ...sought, [name]: values[0] });
      const stride = values.length > 1 ? frameIn(strip, { ...sought, [name]: values[1] }) - first : 0;
      const now = values.indexOf(sought[name]);
      const places = values.map((_, k) => strip.film.told[first + k * stride].handles.find((one) => one.number === number)?.place);
      const grows = places.map((there, k) => (k && there && places[k - 1] ? there[way] - places[k - 1][way] : 0));
      const oneWay = ways.length > 1 || grows.every((by) => by >= 0) || grows.every((by) => by <= 0);
      let best = now, least = Infinity;
      for (let k = 0; k < values.length; k++) {
        const there = places[k];
        const across = there && !oneWay ? there[1 - way] - place[1 - way] : 0; // on a ring it takes both to know where
        const away = there ? Math.hypot(there[way] - place[way], across) : Infinity;
        if (away < least || (away === least && Math.abs(k - now) < Math.abs(best - now))) [best, least] = [k, away];
      }
      sought[name] = values[best];
    }
    await show(sought, names);
  }

  /** Choose the option with which a handle lies nearest to where the hand is. */
  async function chooseAt(number, place, way, name) {
    const turn = ++drags;
    let best = wanted[name], least = Infinity;
    for (const [, option] of specs.get(name).options) {
      const settings = { ...wanted, [name]: option }, strip = stripFor(settings, [name]);
      if (!strip.film) await prepare(strip);
      const { handles } = strip.film.told[frameIn(strip, fitted(strip, settings))];
      const away = Math.abs((handles.find((one) => one.number === number)?.place[way] ?? Infinity) - place[way]);
      if (away < least) [best, least] = [option, away];
    }
    if (turn === drags) await show({ ...wanted, [name]: best }, [name]);
  }

  /** Get a strip ready that will be asked for soon. */
  async function prepare(strip) {
    const film = await filmOf(strip.file);
    film.kept = await filmOf(film.stills);
    strip.film = film;
  }

  function step({ handle: number, way, control, steps }) {
    const controls = facts.handles[number] ?? {};
    move(control ?? controls[way] ?? Object.values(controls)[0], steps);
  }

  function move(name, steps) {
    const spec = specs.get(name);
    const values = spec.kind === "choice" ? spec.options.map(([, option]) => option) : slidingStops(name);
    const at = values.indexOf(shown.settings[name]);
    show({ ...wanted, [name]: values[Math.min(Math.max(at + steps, 0), values.length - 1)] }, [name]);
  }

  // Controls

  /** Return the stops over which a slider moves now. */
  function slidingStops(name) {
    const { strip, settings } = shown;
    if (name in strip.moving) return stopsIn(strip, name);
    const choices = facts.controls.filter(({ kind }) => kind === "choice").map((spec) => settings[spec.name]);
    const key = JSON.stringify([name, ...choices]); // sought once, because this is asked at each picture
    if (!alone.has(key)) {
      const moves = facts.strips.filter((one) => name in one.moving && Object.keys(one.moving).length === 1);
      alone.set(key, moves.find((one) => Object.entries(one.fixed)
        .every(([other, value]) => specs.get(other).kind === "slider" || value === settings[other])) ?? moves[0]);
    }
    return stopsIn(alone.get(key) ?? strip, name);
  }

  const make = (tag, properties = {}, ...children) => {
    const one = Object.assign(document.createElement(tag), properties);
    one.append(...children);
    return one;
  };

  function row(spec, place) {
    const id = `${el.id || "explorer"}-${spec.name}`;
    const label = make("label", { htmlFor: id, textContent: spec.label });
    const line = make("div", { className: place ? "control" : "control first" }, label);
    const parts = { line, label };
    if (spec.kind === "choice") {
      parts.field = make("select", { id }, ...spec.options.map(([text]) => make("option", { textContent: text })));
      parts.field.onchange = () => show({ ...wanted, [spec.name]: spec.options[parts.field.selectedIndex][1] }, [spec.name]);
    } else {
      parts.field = make("input", { id, type: "text", autocomplete: "off", inputMode: spec.kind === "slider" ? "decimal" : "text" });
      parts.field.onchange = () => typed(spec, parts.field);
    }
    line.append(parts.field);
    if (spec.kind === "slider") {
      parts.slider = make("input", { type: "range", min: 0, step: 1 });
      parts.slider.setAttribute("aria-label", spec.label);
      parts.slider.oninput = oncePerFrame(() =>
        show({ ...wanted, [spec.name]: slidingStops(spec.name)[parts.slider.valueAsNumber] }, [spec.name]));
      line.append(parts.slider);
    }
    rows.set(spec.name, parts);
    return line;
  }

  function typed(spec, field) {
    const refused = refusal(spec, field.value);
    if (refused) {
      field.value = shownAs(spec.name, shown.settings[spec.name]);
      say([refused]);
    } else {
      show({ ...wanted, [spec.name]: spec.kind === "slider" ? numberIn(field.value) : field.value }, [spec.name]);
    }
  }

  /** Return why a text is no value of a control, or nothing. */
  function refusal({ name, kind, low, high, whole, options }, text) {
    const stays = `It stays at ${shownAs(name, (shown?.settings ?? defaults)[name])}.`;
    if (kind === "slider") {
      const number = numberIn(text);
      if (!(number >= low && number <= high) || (whole && !Number.isInteger(number)))
        return `${name} = ${text}: wanted a ${whole ? "whole number" : "number"} from ${written(low)} to ${written(high)}. ${stays}`;
    }
    if (kind === "choice" && !options.some(([label, value]) => label === text || String(value) === text))
      return `${name} = ${text}: wanted one of ${options.map(([label]) => label).join(", ")}. ${stays}`;
    return "";
  }

  /** Let the controls and the sentence follow what is shown; what is as it was is not touched, which takes time. */
  function follow(settings, { sentence, off = {} }) {
    const put = (one, key, value) => { if (one[key] !== value) one[key] = value; };
    for (const [name, { field, slider, label, line }] of rows) {
      const spec = specs.get(name), value = settings[name];
      put(label, "textContent", off[name] ?? spec.label);
      line.classList.toggle("off", name in off);
      for (const part of [field, slider]) if (part) put(part, "disabled", name in off);
      if (spec.kind === "choice") put(field, "selectedIndex", spec.options.findIndex(([, option]) => option === value));
      else put(field, "value", shownAs(name, value));
      if (slider) {
        const values = slidingStops(name);
        put(slider, "max", `${values.length - 1}`);
        put(slider, "value", `${nearest(values, value)}`);
        if (slider.ariaValueText !== written(value)) slider.setAttribute("aria-valuetext", written(value));
      }
    }
    if (words.textContent !== sentence) tell();
  }

  function say(told) {
    const text = told.join(" "), [before, after] = text.split("The live notebook");
    if (note.textContent === text) return;
    note.replaceChildren(before);
    if (after !== undefined) note.append(make("a", { href: facts.live, textContent: "The live notebook" }), after);
  }

  // The address

  /** Return what the part of the address behind # sets, and what is wrong with it. */
  function settingsOf(hash) {
    const settings = {}, wrong = [];
    for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
      const spec = specs.get(name);
      if (!spec) {
        wrong.push(`No control is called ${name}: wanted one of ${[...specs.keys()].join(", ")}.`);
        continue;
      }
      const refused = refusal(spec, text);
      if (refused) wrong.push(refused);
      else if (spec.kind === "slider") settings[name] = numberIn(text);
      else if (spec.kind === "choice")
        settings[name] = spec.options.find(([label, value]) => label === text || String(value) === text)[1];
      else settings[name] = text;
    }
    return { settings, wrong };
  }

  function address(settings) {
    if (!facts.alone) return;
    const parts = [...specs.keys()].filter((name) => settings[name] !== defaults[name])
      .map((name) => `${name}=${encodeURIComponent(settings[name])}`);
    const hash = parts.length ? `#${parts.join("&")}` : " ";
    clearTimeout(address.timer); // a browser takes no hundred addresses a second
    address.timer = setTimeout(() => {
      if (location.hash !== hash.trim()) history.replaceState(null, "", hash === " " ? location.pathname + location.search : hash);
    }, 250);
  }

  function fromAddress() {
    const { settings, wrong } = settingsOf(location.hash);
    return show({ ...defaults, ...settings }, Object.keys(settings), wrong);
  }

  // What is seen

  const reset = make("button", { type: "button", textContent: "Reset", title: "Set every control to its first value" });
  reset.onclick = () => show({ ...defaults });
  const drawing = make("div", { className: "drawing" });
  drawing.style.maxWidth = `${facts.width}px`;
  const words = make("p", { className: "sentence" });
  // To lay words out takes a telephone a fifth of a frame, and nobody reads ten sentences a second.
  const tell = oncePerFrame(() => words.replaceChildren(...underlined(held.sentence, held.facts.shown)),
    (go) => setTimeout(go, 100));
  words.setAttribute("role", "status");
  words.setAttribute("aria-live", "polite");
  const note = make("p", { className: "note" });
  note.setAttribute("role", "status");
  const panel = make("div", { className: "controls" });

  async function begin() {
    panel.append(...facts.controls.map(row), make("div", { className: "control" }, reset));
    await (facts.alone ? fromAddress() : show({ ...defaults }));
    if (!shown) { // nothing to show: the still stays
      el.append(note);
      return;
    }
    el.replaceChildren(panel, drawing, words, note);
    el.classList.add("live");
    el.style.minHeight = "";
    player.render({ model, el: drawing });
    if (facts.alone) addEventListener("hashchange", fromAddress);
    const rest = facts.strips.filter((strip) => strip !== shown.strip
      && Object.entries(strip.fixed).every(([name, value]) => specs.get(name).kind === "slider" || value === shown.settings[name]));
    const idle = window.requestIdleCallback ?? ((told) => setTimeout(told, 500));
    const next = () => idle(() => prepare(rest.shift()).catch(() => {}).finally(() => rest.length && next()));
    if (rest.length) next();
  }

  return { begin, show, model, held, wanted: () => wanted, shown: () => shown, say: () => note.textContent, facts };
}

// The page

const index = new Map();
const explorers = [];
const guesses = new Map(); // by question: what the reader has chosen

/** What the file of an explorer's facts calls. */
window.explorerFacts = (name, facts) => index.get(name)(facts);

function factsOf(name) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: new URL(`films/${name}.js`, here) });
    script.onerror = () => reject(new Error(`the file films/${name}.js does not load`));
    index.set(name, resolve);
    document.head.append(script);
  });
}

async function come(el) {
  try {
    const facts = await factsOf(el.dataset.explorer);
    const one = explorer(el, { ...facts, live: el.dataset.live, alone: "alone" in el.dataset });
    explorers.push(one);
    await one.begin();
  } catch (failure) {
    el.append(Object.assign(document.createElement("p"), { className: "note", textContent: `${failure.message}; this is a still.` }));
  }
}

/** Say the verdict on each answer that is chosen or typed. */
function questions() {
  for (const one of document.querySelectorAll(".question")) {
    const verdict = one.querySelector('[role="status"]'), buttons = [...one.querySelectorAll("button")];
    const field = one.querySelector("input");
    const say = (right, said, guess) => {
      verdict.textContent = `${right ? "✓" : "✗"} ${said}`;
      one.classList.toggle("right", right);
      guesses.set(one.dataset.question, guess);
      for (const { facts, shown, show, wanted } of explorers)
        if (facts.guess?.question === one.dataset.question && shown()) show(wanted());
    };
    if (field) {
      const spans = JSON.parse(field.dataset.spans);
      const answer = () => {
        const text = field.value.replace(/\s/g, "").replace("−", "-").replace(",", ".");
        const given = text ? Number(text.replace(/%$/, "")) / (text.endsWith("%") ? 100 : 1) : NaN;
        const [, , right, said] = spans.find(([low, high]) => low <= given && given <= high) ?? [];
        if (said) say(right, said, given);
        else say(false, "Answer with a number, such as 0.7.");
      };
      buttons[0].onclick = field.onchange = answer;
      continue;
    }
    for (const button of buttons) {
      button.onclick = () => {
        for (const other of buttons) other.setAttribute("aria-pressed", other === button);
        say(button.dataset.right === "True", button.dataset.verdict, button.textContent);
      };
    }
  }
}

function start() {
  questions();
  document.querySelectorAll(".sketch").forEach((el) => sketch(el, JSON.parse(el.dataset.sketch), player));
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      come(target);
    }
  }, { rootMargin: NEAR });
  document.querySelectorAll(".explorer").forEach((el) => seen.observe(el));
}

window.carousel = { explorers, explorer, filmOf };
if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
else start();
})();
