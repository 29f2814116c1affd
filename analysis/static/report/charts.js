/* Charts that answer: a mode can be hidden, a drawing enlarged, and every marked value says what it is. */

for (const figure of document.querySelectorAll("figure.chart")) answerFor(figure);

function answerFor(figure) {
  const drawing = figure.querySelector(".drawing");
  const bar = Object.assign(document.createElement("div"), { className: "chart-bar" });
  const modes = ["sync", "queue"].filter((mode) => drawing.querySelector(`svg .mode-${mode}`));
  for (const mode of modes) {
    bar.append(toggle(`Show ${mode}`, true, (shown) => drawing.classList.toggle(`without-${mode}`, !shown)));
  }
  bar.append(toggle("Enlarge", false, (enlarged) => drawing.classList.toggle("enlarged", enlarged)));
  figure.prepend(bar);
  const points = JSON.parse(drawing.querySelector("svg").dataset.points || "[]");
  if (points.length) showPoints(drawing, points);
}

/** A button that stays pressed. */
function toggle(words, isPressed, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
  button.setAttribute("aria-pressed", isPressed);
  button.addEventListener("click", () => {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", pressed);
    act(pressed);
  });
  return button;
}

/** One button a value, over its place in the drawing; the tab key finds one of them, the arrow keys the others. */
function showPoints(drawing, points) {
  const group = Object.assign(document.createElement("div"), { className: "points" });
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Values; the arrow keys go from one to the next");
  const words = Object.assign(document.createElement("p"), { className: "point-words", hidden: true });
  words.setAttribute("aria-hidden", "true");
  const buttons = points.map((point, n) => pointButton(point, n, words));
  group.addEventListener("keydown", (event) => {
    if (event.key === "Escape") words.hidden = true;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    neighbour(buttons, step)?.focus();
  });
  group.append(...buttons, words);
  drawing.append(group);
}

function pointButton({ left, top, mode, words }, n, shown) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: `point mode-${mode}` });
  button.setAttribute("aria-label", words);
  button.tabIndex = n === 0 ? 0 : -1;
  Object.assign(button.style, { left: `${left}%`, top: `${top}%` });
  const show = () => {
    const { isLeft, room } = roomBeside(button);
    Object.assign(shown, { textContent: words, hidden: false });
    Object.assign(shown.style, { left: `${left}%`, top: `${top}%`, maxWidth: `${room}px` });
    shown.style.translate = isLeft ? "0 1.2rem" : "-100% 1.2rem";
  };
  const hide = () => { shown.hidden = true; };
  for (const event of ["pointerenter", "focus", "click"]) button.addEventListener(event, show);
  for (const event of ["pointerleave", "blur"]) button.addEventListener(event, hide);
  return button;
}

/** On which side of the visible part of its drawing a point lies, and how much room is on the other one [px]. */
function roomBeside(button) {
  const seen = button.closest(".wide").getBoundingClientRect();
  const at = button.getBoundingClientRect();
  const middle = at.x + at.width / 2;
  const isLeft = middle < seen.x + seen.width / 2;
  return { isLeft, room: isLeft ? seen.right - middle : middle - seen.left };
}

/** The next button in sight, which becomes the one that the tab key finds. */
function neighbour(buttons, step) {
  const inSight = buttons.filter((button) => getComputedStyle(button).visibility === "visible");
  const next = inSight[inSight.indexOf(document.activeElement) + step];
  if (next) for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
  return next;
}
