// The fields hold the prediction; the charts show it and, drawn in, set it.
const REVOKE_MS = 10000;
// Not what Number() takes: "1e3" and "0x10" are numbers to it, and a decimal comma is none.
const NUMBER = /^([0-9]+([.,][0-9]*)?|[.,][0-9]+)$/;
const NAMES = ["throughput", "ready_s", "response_s"];
const field = (name, key) => document.getElementById(`${name}-${key}`);
const grows = (name, key) => document.getElementById(`${name}-${key}-grows`);
const inputs = [...document.querySelectorAll("input[type=text]")];

function draw() {
  for (const [name, chart] of Object.entries(charts)) {
    const svg = document.getElementById(name);
    fit(svg);
    svg.replaceChildren();
    drawAxes(svg, chart);
    drawCurve(svg, name);
  }
  tellWrong();
  document.getElementById("line").value = firstWrong() || isEmpty(prediction()) ? "" : JSON.stringify(prediction());
}

// What a field holds: null where it is empty, NaN where it is no number from 0 to its limit.
function numberIn(input) {
  const words = input.value.trim();
  if (words === "") return null;
  const number = NUMBER.test(words) ? Number(words.replace(",", ".")) : NaN;
  return number <= Number(input.dataset.most) ? number : NaN;
}

function given(name, key) {
  const number = numberIn(field(name, key));
  return Number.isNaN(number) ? null : number;
}

// Each field that is wrong says so beside it, at once.
function tellWrong() {
  for (const input of inputs) {
    const wrong = Number.isNaN(numberIn(input));
    input.setAttribute("aria-invalid", `${wrong}`);
    document.getElementById(`${input.id}-wrong`).textContent = wrong ? `Not a number from 0 to ${input.dataset.most}.` : "";
  }
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

function firstWrong() {
  return inputs.find((input) => Number.isNaN(numberIn(input)));
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
  const wrong = firstWrong();
  if (wrong) {
    status.textContent = `Not saved. Not a number from 0 to ${wrong.dataset.most}: ${wrong.value}.`;
    wrong.focus();
    return;
  }
  if (isEmpty(prediction())) {
    status.textContent = "No predictions yet: type a number, or draw.";
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(prediction(), null, 2) + "\n"], { type: "application/json" }));
  link.download = "predictions.json";
  link.click();
  // Not at once: some browsers read the file only after this.
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
  status.textContent = "Saved. The contents of this file will be sealed.";
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
  if (type === "text" && event.target.value !== "" && document.getElementById(`${id}-grows`)) {
    document.getElementById(`${id}-grows`).checked = false;
  }
  draw();
});
// So that everybody sees how a comma was read.
document.querySelector("form").addEventListener("change", ({ target }) => {
  if (target.type === "text" && numberIn(target) !== null && !Number.isNaN(numberIn(target))) {
    target.value = target.value.trim().replace(",", ".");
  }
});
document.querySelector("form").addEventListener("submit", save);
addEventListener("resize", draw);
draw();
