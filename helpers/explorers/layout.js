// Where the panels of a drawing stand in a page that is too narrow for all of it; player.js, which follows it, paints.

const SMALLEST = 11; // CSS pixels: no type is painted smaller
const NARROW = 0.9; // of the scene's width: below, its panels stand one below the other
const TYPE = 0.94; // how large type and the margins round axes are painted there: 11 of 11.8 pixels

/** Return the views of a scene in a page of this width: of its panels, and of the words above them. */
function layoutOf(facts, width) {
  const panels = [], words = [];
  const at = (x, y) => panels.find(({ box }) => within(box, x, y, 1)) ?? panels.find(({ box }) => within(box, x, y, 9));
  if (width >= NARROW * facts.width) {
    const scale = width / facts.width, to = (place) => scale * place, box = [0, 0, facts.width, facts.height];
    panels.push({ box, x: to, y: to, pen: scale, smallest: SMALLEST });
    return { panels, words, at, height: scale * facts.height };
  }
  /** Return the view of a panel from `left` on in so much room; of its axes it may lose width. */
  const viewOf = ({ box, inside }, left, top, room) => {
    const wide = box[2] - box[0], [from, to] = inside ? [inside[0], inside[2]] : [box[0], box[0]];
    const pen = inside ? TYPE : Math.min(TYPE, (room - 1) / wide);
    const squeeze = Math.min(1.9 * pen, (room - 1 - pen * (wide - to + from)) / (to - from || 1)); // or stretch
    const x = (place) => {
      const within = bounded(place, from, to);
      return left + pen * (Math.min(place, from) - box[0] + Math.max(place, to) - to) + squeeze * (within - from);
    };
    return { box, x, y: (place) => top + pen * (place - box[1]), pen, smallest: SMALLEST };
  };
  /** Lay panels one below the other, small ones side by side, and return where the last one ends. */
  function column(some, start, end, from) {
    let left = start, top = from, high = 0, aside = null; // where the next goes, how high the row is, what is before
    const lineUp = () => { [left, top, high] = [start, top + high, 0]; };
    for (const panel of some) {
      if (panel.aside || panel.box[1] > aside?.box[3]) aside = panel.aside ? panel : null; // only beside what is as high
      if (panel.aside) continue;
      const before = aside ? TYPE * wideOf(aside) : 0;
      if (panel.lines.length || left + before + TYPE * wideOf(panel) > end) lineUp();
      for (const line of panel.lines) {
        line.forEach((box, k) => {
          const long = TYPE * wideOf({ box }), after = line[k + 1]?.[0] - box[2]; // as far apart as they were
          if (left > start && left + long > end) lineUp();
          words.push({ ...viewOf({ box }, left, top, end - start), smallest: 0 });
          left += long + (after > 0 ? bounded(TYPE * after, 4, 12) : 8);
          high = Math.max(high, TYPE * (box[3] - box[1]) + 2);
        });
        lineUp();
      }
      const box = aside && [aside.box[0], panel.box[1], aside.box[2], panel.box[3]];
      if (aside) panels.push(viewOf({ box }, left, top, end - start));
      const view = viewOf(panel, left + before, top, end - left - before);
      panels.push(view);
      [left, high] = [view.x(panel.box[2]), Math.max(high, view.y(panel.box[3]) - top + 6)];
    }
    return top + high;
  }
  const beside = columnsOf(aligned(facts.panels.filter(wideOf)), width);
  const all = beside.reduce((sum, { wide }) => sum + wide, 0);
  const top = column(facts.panels.filter((one) => !wideOf(one)), 0, width, 0); // what belongs to no axes
  let left = 0;
  const ends = beside.map(({ some, wide }) => column(some, left, (left += (width * wide) / all), top));
  return { panels, words, at, height: Math.max(...ends) };
}

const wideOf = ({ box }) => box[2] - box[0];

/** Return panels with margins such that those of one width stand below one another as they do in the scene. */
const aligned = (panels) => panels.map((panel) => {
  const same = panels.filter(({ inside }) => [0, 2].every((k) => inside && inside[k] === panel.inside?.[k]));
  const edge = (k, most) => most(panel.box[k], ...same.map(({ box }) => box[k]));
  return { ...panel, box: [edge(0, Math.min), panel.box[1], edge(2, Math.max), panel.box[3]] };
});

/** Return panels in columns, as they stand in the scene, where axes need not lose more than 30 % of their width for
 * it; else all in one. */
function columnsOf(panels, width) {
  const columns = [];
  for (const panel of [...panels].sort((one, other) => one.box[0] - other.box[0])) {
    const last = columns.at(-1), inside = panel.inside ?? [0, 0, 0];
    const one = panel.box[0] < last?.end - 12 ? last : { some: [], wide: 0, least: 0, end: 0 };
    if (one !== last) columns.push(one);
    one.some.push(panel);
    for (const [what, size] of [["wide", wideOf(panel)], ["end", panel.box[2]],
      ["least", TYPE * (wideOf(panel) - 0.3 * (inside[2] - inside[0]))]]) one[what] = Math.max(one[what], size);
  }
  const least = columns.reduce((sum, one) => sum + one.least, 0);
  if (!columns.length || least > width || panels.some(({ aside }) => aside)) return [{ some: panels, wide: 1 }];
  return columns.map((one) => ({ ...one, some: panels.filter((panel) => one.some.includes(panel)) }));
}

export default layoutOf;
