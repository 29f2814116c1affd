"use strict";
// The number inputs hold the prediction; the charts show them and, drawn in, set them.
const told = JSON.parse(document.getElementById("drawing").textContent);
const BOX = { left: 110, right: 780, top: 14, bottom: 330 };
const NARROW = { width: 440, below: 700 }; // On a phone the same letters need fewer units across.
const BAND = 60; // Above the scale of times: it grows without limit.
const NAMES = ["throughput", "ready_s", "response_s"];
const field = (name, key) => document.getElementById(`${name}-${key}`);
const grows = (name, key) => document.getElementById(`${name}-${key}-grows`);

const linear = {
  top: BOX.top,
  ticks: ticksUpTo(told.top),
  place: (value) => BOX.bottom - (value / told.top) * (BOX.bottom - BOX.top),
  value: (y) => rounded(((BOX.bottom - y) / (BOX.bottom - BOX.top)) * told.top),
  unit: "pictures/s",
};
const [low, high] = told.times;
const decades = Math.log10(high / low);
const logarithmic = {
  top: BOX.top + BAND,
  ticks: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((n) => n * low).filter((at) => at <= high * 1.001),
  place: (value) => BOX.bottom - (Math.log10(Math.max(value, low) / low) / decades) * (BOX.bottom - BOX.top - BAND),
  value: (y) => rounded(low * 10 ** (((BOX.bottom - y) / (BOX.bottom - BOX.top - BAND)) * decades)),
  unit: "s",
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

function write(svg, x, y, words, anchor) {
  svg.append(element("text", { x, y, "text-anchor": anchor, "font-size": 22, fill: "#1a1a1a" }, words));
}

// The points of a curve that are known; what is to grow stands in the band.
function points(name) {
  return told.counts.flatMap((count, n) => {
    if (grows(name, count)?.checked) return [{ x: across(n), y: BOX.top + BAND / 2, growing: true }];
    const value = given(name, count);
    return value === null ? [] : [{ x: across(n), y: Math.max(BOX.top, charts[name].place(value)), growing: false }];
  });
}

function drawAxes(svg, chart) {
  if (chart.top > BOX.top) {
    svg.append(element("rect", { x: BOX.left, y: BOX.top, width: BOX.right - BOX.left, height: BAND, fill: "#f0f0f0" }));
    write(svg, BOX.left - 8, BOX.top + BAND / 2 + 8, "no limit", "end");
  }
  for (const tick of chart.ticks) {
    const y = chart.place(tick);
    svg.append(element("line", { x1: BOX.left, x2: BOX.right, y1: y, y2: y, stroke: "#d9d9d9" }));
    write(svg, BOX.left - 8, y + 8, `${Number(tick.toPrecision(6))}`, "end");
  }
  told.counts.forEach((count, n) => write(svg, across(n), BOX.bottom + 28, `${count}`, "middle"));
  write(svg, (BOX.left + BOX.right) / 2, BOX.bottom + 60, `workers [up: ${chart.unit}]`, "middle");
  if (chart === linear) {
    const y = linear.place(told.offered);
    svg.append(element("line", { x1: BOX.left, x2: BOX.right, y1: y, y2: y, stroke: "#595959", "stroke-width": 2, "stroke-dasharray": "10 7" }));
    write(svg, BOX.left + 8, y - 8, `offered ${told.offered}/s`, "start");
  }
}

function drawCurve(svg, name) {
  const all = points(name);
  const line = all.filter((point) => !point.growing).map((point) => `${point.x},${point.y}`).join(" ");
  svg.append(element("polyline", { points: line, fill: "none", stroke: told.colour, "stroke-width": 3, "stroke-dasharray": "4 5" }));
  for (const { x, y } of all) {
    const cross = `M${x - 9},${y - 9}L${x + 9},${y + 9}M${x - 9},${y + 9}L${x + 9},${y - 9}`;
    svg.append(element("path", { d: cross, class: "guess", stroke: told.colour, "stroke-width": 6 }));
  }
}

function fit(svg) {
  const width = innerWidth < NARROW.below ? NARROW.width : 800;
  BOX.right = width - 20;
  svg.setAttribute("viewBox", `0 0 ${width} 400`);
}

function draw() {
  for (const [name, chart] of Object.entries(charts)) {
    const svg = document.getElementById(name);
    fit(svg);
    svg.replaceChildren();
    drawAxes(svg, chart);
    drawCurve(svg, name);
  }
  document.getElementById("line").value = isEmpty(prediction()) ? "" : JSON.stringify(prediction());
}

// What the input of a number holds, or null; a number beyond its limits is none.
function given(name, key) {
  const input = field(name, key);
  return input.value === "" || !input.checkValidity() ? null : input.valueAsNumber;
}

function prediction() {
  const made = { schema: told.schema };
  for (const name of NAMES) {
    const keys = name === "response_s" ? ["sync", "queue"] : told.counts;
    const values = keys.map((key) => [key, grows(name, key)?.checked ? told.grows : given(name, key)]);
    const known = values.filter(([, value]) => value !== null);
    if (known.length) made[name] = Object.fromEntries(known);
  }
  return made;
}

function isEmpty(made) {
  return NAMES.every((name) => !(name in made));
}

// Sets the input of the worker count that is nearest to where somebody draws.
function drawAt(event, name) {
  const svg = document.getElementById(name);
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const share = (at.x - BOX.left) / (BOX.right - BOX.left);
  const count = told.counts[Math.min(told.counts.length - 1, Math.max(0, Math.floor(share * told.counts.length)))];
  const chart = charts[name];
  const box = grows(name, count);
  if (box) box.checked = at.y < chart.top;
  field(name, count).value = box?.checked ? "" : chart.value(Math.min(BOX.bottom, Math.max(chart.top, at.y)));
  draw();
}

function save(event) {
  event.preventDefault();
  const status = document.querySelector("[role=status]");
  const wrong = document.querySelector("input:invalid");
  if (wrong) {
    status.textContent = `Not a number from ${wrong.min} to ${wrong.max}: ${wrong.value || "that field"}.`;
    wrong.focus();
    return;
  }
  if (isEmpty(prediction())) {
    status.textContent = "Nothing is predicted yet: type a number, or draw.";
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(prediction(), null, 2) + "\n"], { type: "application/json" }));
  link.download = "predictions.json";
  link.click();
  URL.revokeObjectURL(link.href);
  status.textContent = "Saved. What is in the file is what will be sealed.";
}

for (const name of Object.keys(charts)) {
  const svg = document.getElementById(name);
  svg.addEventListener("pointerdown", (event) => { svg.setPointerCapture(event.pointerId); drawAt(event, name); });
  svg.addEventListener("pointermove", (event) => { if (event.buttons) drawAt(event, name); });
}
document.querySelector("form").addEventListener("input", (event) => {
  // A number and "it grows" exclude each other.
  const { id, type } = event.target;
  if (type === "checkbox" && event.target.checked) document.getElementById(id.replace("-grows", "")).value = "";
  if (type === "number" && event.target.value !== "" && document.getElementById(`${id}-grows`)) {
    document.getElementById(`${id}-grows`).checked = false;
  }
  draw();
});
document.querySelector("form").addEventListener("submit", save);
addEventListener("resize", draw);
draw();
