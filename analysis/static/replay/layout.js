/* Where the stations of the diagram lie on a canvas of a given width, and where in them a token stands. Pure. */

const NARROW_PX = 700;
const STATIONS = {
  sync: [["user", "User", "", 1.1], ["django", "Django", "at the door", 2.6], ["work", "Django", "at work", 2.2],
    ["ready", "External", "resource", 1.5]],
  queue: [["user", "User", "", 1.1], ["django", "Django", "", 1.5], ["queue", "Queue", "", 2.6],
    ["work", "Workers", "", 2.2], ["ready", "External", "resource", 1.5]],
};
const FAILED = ["gone", "Failed or refused", "", 1];

/** Boxes by station, and what is needed to place tokens in them [px]. */
function makeLayout(trial, width) {
  const isNarrow = width < NARROW_PX;
  const font = isNarrow ? 17 : Math.min(24, Math.max(15, width / 50));
  const stations = STATIONS[trial.mode];
  const made = isNarrow ? column(stations, width, font) : row(stations, width, font);
  if (trial.peaks.gone) made.boxes.gone = failedBox(width, made.height, font, isNarrow);
  const height = trial.peaks.gone ? made.boxes.gone.y + made.boxes.gone.h + 2 : made.height;
  const pitches = pitchesOf(made.boxes, trial.peaks, font);
  return { width, height, font, isNarrow, boxes: made.boxes, pitches, places: trial.places };
}

function row(stations, width, font) {
  const gap = 1.4 * font;
  const height = 15 * font;
  const unit = (width - 2 - gap * (stations.length - 1)) / stations.reduce((sum, [, , , weight]) => sum + weight, 0);
  const boxes = {};
  let x = 1;
  for (const [key, title, second, weight] of stations) {
    const box = { key, title, second, x, y: 1, w: weight * unit, h: height };
    boxes[key] = { ...box, area: inset(box, 0.5 * font, 3.9 * font) };
    x += weight * unit + gap;
  }
  return { boxes, height: height + 2 };
}

function column(stations, width, font) {
  const gap = 1.4 * font;
  const boxes = {};
  let y = 1;
  for (const [key, title, second, weight] of stations) {
    const box = { key, title, second, x: 1, y, w: width - 2, h: (2.2 + 1.7 * weight) * font };
    boxes[key] = { ...box, area: { x: 9.5 * font, y: y + 0.4 * font, w: width - 10 * font, h: box.h - 0.8 * font } };
    y += box.h + gap;
  }
  return { boxes, height: y - gap + 2 };
}

function failedBox(width, top, font, isNarrow) {
  const [key, title, second] = FAILED;
  const box = { key, title, second, x: 1, y: top + 0.6 * font, w: width - 2, h: (isNarrow ? 6 : 4) * font };
  return { ...box, area: inset(box, 0.5 * font, 2.6 * font) };
}

function inset(box, side, top) {
  return { x: box.x + side, y: box.y + top, w: box.w - 2 * side, h: box.h - top - side };
}

/** How far apart tokens stand in each line: as wide as the longest line allows. */
function pitchesOf(boxes, peaks, font) {
  const lines = Object.keys(peaks).filter((line) => boxes[line]);
  return Object.fromEntries(lines.map((line) => [line, fitting(boxes[line].area, peaks[line], font)]));
}

function fitting({ w, h }, count, widest) {
  let pitch = widest;
  while (pitch > 3 && Math.floor(w / pitch) * Math.floor(h / pitch) < count) pitch -= 0.5;
  return pitch;
}

/** Where a token of this rank or place stands in a station. */
function spot(layout, where, rank, place) {
  if (where === "work") return placeSpot(layout, place ?? 0);
  if (where === "ready") return middle(layout.boxes.ready.area);
  const line = LINES[where];
  return lineSpot(layout.boxes[line].area, layout.pitches[line], rank, layout.isNarrow || line === "gone");
}

/** Lines fill up from the end at which they are served: the right one, on a narrow canvas the bottom. */
function lineSpot(area, pitch, rank, isByRow) {
  const rows = Math.max(1, Math.floor(area.h / pitch));
  const columns = Math.max(1, Math.floor(area.w / pitch));
  const [across, along] = isByRow
    ? [rank % columns, Math.floor(rank / columns)]
    : [Math.floor(rank / rows), rank % rows];
  const x = isByRow ? area.x + (across + 0.5) * pitch : area.x + area.w - (across + 0.5) * pitch;
  return { x, y: isByRow ? area.y + area.h - (along + 0.5) * pitch : area.y + (along + 0.5) * pitch };
}

/** The square of each worker place, in a grid that is filled row by row. */
function placeBox(layout, place) {
  const { area } = layout.boxes.work;
  const columns = Math.max(1, Math.round(Math.sqrt(layout.places * area.w / area.h)));
  const rows = Math.ceil(layout.places / columns);
  const side = Math.min(area.w / columns, area.h / rows, 4 * layout.font);
  const left = area.x + (area.w - side * columns) / 2;
  return { x: left + (place % columns) * side, y: area.y + Math.floor(place / columns) * side, side };
}

function placeSpot(layout, place) {
  const { x, y, side } = placeBox(layout, Math.min(place, layout.places - 1));
  return { x: x + side / 2, y: y + side / 2 };
}

function middle(area) {
  return { x: area.x + area.w / 2, y: area.y + area.h / 2 };
}

/** Where a token is drawn: it leaves a station when it did, and flies for so many ms at most. */
function positionOf(layout, token, t, flightMs) {
  const { upload, where, before, rank, since, until } = token;
  const to = spot(layout, where, rank, upload.place);
  if (!before || (LINES[before] && LINES[before] === LINES[where])) return to;
  const share = flightMs > 0 ? (t - since) / Math.min(flightMs, Math.max(until - since, 1)) : 1;
  if (share >= 1) return to;
  const from = spot(layout, before, 0, upload.place);
  const eased = share * share * (3 - 2 * share);
  return { x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased };
}
