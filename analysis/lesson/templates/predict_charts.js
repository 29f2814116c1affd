"use strict";
// The two charts: their scales, and what is drawn of the numbers in the fields.
const told = JSON.parse(document.getElementById("drawing").textContent);
const BOX = { left: 140, right: 780, top: 14, bottom: 345 };
const HEIGHT = 420;
const NARROW = { width: 440, below: 700 }; // On a phone the same letters need fewer units across.
const BAND = 70; // Above the scale of times: it grows without limit.
const NEAR = 9; // Half a cross: what ends so near outside a scale still stands at its place.

const linear = {
  top: BOX.top,
  ticks: ticksUpTo(told.top),
  place: (value) => BOX.bottom - (value / told.top) * (BOX.bottom - BOX.top),
  value: (y) => rounded(((BOX.bottom - y) / (BOX.bottom - BOX.top)) * told.top),
  title: "finished [pictures/s]",
};
const [low, high] = told.times;
const decades = Math.log10(high / low);
const logarithmic = {
  top: BOX.top + BAND,
  ticks: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((n) => n * low).filter((at) => at <= high * 1.001),
  place: (value) => BOX.bottom - (Math.log10(value / low) / decades) * (BOX.bottom - BOX.top - BAND),
  value: (y) => rounded(low * 10 ** (((BOX.bottom - y) / (BOX.bottom - BOX.top - BAND)) * decades)),
  title: "ready time [s], log scale",
};
const charts = { throughput: linear, ready_s: logarithmic };

function ticksUpTo(top) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((each) => top / each <= 6);
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, n) => n * step);
}

function rounded(value) {
  return Math.max(0, Number(value.toPrecision(2)));
}

function across(n) {
  return BOX.left + ((n + 0.5) / told.counts.length) * (BOX.right - BOX.left);
}

function element(name, attributes, words) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (words !== undefined) made.textContent = words;
  return made;
}

function write(svg, x, y, words, anchor, more) {
  svg.append(element("text", { x, y, "text-anchor": anchor, "font-size": 22, fill: "#1a1a1a", ...more }, words));
}

// Where a number stands; off the scale an arrow at the edge with the number: a cross there would tell another one.
function pointOf(chart, x, value) {
  const y = chart.place(value);
  if (y < chart.top - NEAR) return { x, y: chart.top, off: { value, up: true } };
  if (y > BOX.bottom + NEAR) return { x, y: BOX.bottom, off: { value, up: false } };
  return { x, y, inside: true };
}

// The points of a curve that are known; what is to grow stands in the band.
function points(name) {
  return told.counts.flatMap((count, n) => {
    if (grows(name, count)?.checked) return [{ x: across(n), y: BOX.top + BAND / 2 }];
    const value = given(name, count);
    return value === null ? [] : [pointOf(charts[name], across(n), value)];
  });
}

function drawAxes(svg, chart) {
  if (chart.top > BOX.top) {
    svg.append(element("rect", { x: BOX.left, y: BOX.top, width: BOX.right - BOX.left, height: BAND, fill: "#f0f0f0" }));
    // At the top of the band, away from the highest number.
    write(svg, BOX.left - 8, BOX.top + 24, "no limit", "end");
  }
  for (const tick of chart.ticks) {
    const y = chart.place(tick);
    svg.append(element("line", { x1: BOX.left, x2: BOX.right, y1: y, y2: y, stroke: "#d9d9d9" }));
    write(svg, BOX.left - 8, y + 8, `${Number(tick.toPrecision(6))}`, "end");
  }
  told.counts.forEach((count, n) => write(svg, across(n), BOX.bottom + 28, `${count}`, "middle"));
  write(svg, (BOX.left + BOX.right) / 2, BOX.bottom + 62, "workers, queue mode", "middle");
  const middle = (BOX.top + BOX.bottom) / 2;
  write(svg, 24, middle, chart.title, "middle", { transform: `rotate(-90 24 ${middle})` });
  if (chart === linear) drawOffered(svg);
}

function drawOffered(svg) {
  const y = linear.place(told.offered);
  svg.append(element("line", { x1: BOX.left, x2: BOX.right, y1: y, y2: y, stroke: "#595959", "stroke-width": 2, "stroke-dasharray": "10 7" }));
  write(svg, BOX.left + 8, y - 8, `offered ${told.offered}/s`, "start");
}

function drawArrow(svg, x, y, { value, up }) {
  const tip = up ? y + 2 : y - 2;
  const [barb, foot] = up ? [tip + 12, tip + 34] : [tip - 12, tip - 34];
  const path = `M${x},${foot}L${x},${tip}M${x - 9},${barb}L${x},${tip}L${x + 9},${barb}`;
  svg.append(element("path", { d: path, class: "off", fill: "none", stroke: told.colour, "stroke-width": 5 }));
  // On the side where there is room in the chart.
  const left = x > (BOX.left + BOX.right) / 2;
  write(svg, left ? x - 14 : x + 14, (foot + tip) / 2 + 8, `${value}`, left ? "end" : "start");
}

// Broken where a point is off the scale: across it the line would tell another number than the arrow.
function lineThrough(all) {
  return all.map(({ x, y, inside }, n) => (inside ? `${all[n - 1]?.inside ? "L" : "M"}${x},${y}` : "")).join("");
}

function drawCurve(svg, name) {
  const all = points(name);
  svg.append(element("path", { d: lineThrough(all), class: "line", fill: "none", stroke: told.colour, "stroke-width": 3, "stroke-dasharray": "4 5" }));
  for (const { x, y, off } of all) {
    if (off) {
      drawArrow(svg, x, y, off);
      continue;
    }
    const cross = `M${x - 9},${y - 9}L${x + 9},${y + 9}M${x - 9},${y + 9}L${x + 9},${y - 9}`;
    svg.append(element("path", { d: cross, class: "guess", stroke: told.colour, "stroke-width": 6 }));
  }
}

function fit(svg) {
  const width = innerWidth < NARROW.below ? NARROW.width : 800;
  BOX.right = width - 20;
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
}
