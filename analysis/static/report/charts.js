/* Charts that answer: a mode can be hidden, a drawing enlarged, and every marked value says what it is. */

/** Where a chart is too small to be read in its place; there it opens in a window of its own when it is tapped. */
const isNarrow = matchMedia("(max-width: 44rem)");

for (const words of document.querySelectorAll(".with-script")) words.hidden = false;
for (const figure of document.querySelectorAll("figure.chart")) answerFor(figure);

function answerFor(figure) {
  const drawing = figure.querySelector(".drawing");
  const bar = Object.assign(document.createElement("div"), { className: "chart-bar" });
  const modes = ["sync", "queue"].filter((mode) => drawing.querySelector(`svg .mode-${mode}`));
  for (const mode of modes) {
    bar.append(toggle(`Show ${mode}`, true, (shown) => {
      drawing.classList.toggle(`without-${mode}`, !shown);
      const buttons = [...drawing.querySelectorAll(".point")];
      letTabFind(inSight(buttons)[0], buttons);
    }));
  }
  const open = () => enlarge(figure, drawing, opener);
  const opener = button("Enlarge", open);
  opener.setAttribute("aria-haspopup", "dialog");
  bar.append(opener);
  drawing.querySelector("svg").addEventListener("click", () => { if (isNarrow.matches && !drawing.closest("dialog")) open(); });
  figure.prepend(bar);
  const points = JSON.parse(drawing.querySelector("svg").dataset.points || "[]");
  if (points.length) showPoints(drawing, points);
}

function button(words, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
  made.addEventListener("click", act);
  return made;
}

/** A button that stays pressed. */
function toggle(words, isPressed, act) {
  const made = button(words, () => {
    const pressed = made.getAttribute("aria-pressed") !== "true";
    made.setAttribute("aria-pressed", pressed);
    act(pressed);
  });
  made.setAttribute("aria-pressed", isPressed);
  return made;
}

/** The chart as large as the window shows it whole, or twice that and scrolled; its drawing goes back on closing. */
function enlarge(figure, drawing, opener) {
  const place = drawing.parentElement;
  const dialog = Object.assign(document.createElement("dialog"), { className: "chart-window" });
  dialog.setAttribute("aria-label", `${figure.id.replaceAll(/[-_]/g, " ")}, enlarged`);
  const wide = Object.assign(document.createElement("div"), { className: "wide", tabIndex: 0 });
  wide.setAttribute("role", "region");
  wide.setAttribute("aria-label", "The chart");
  const zoom = (zoomed) => dialog.classList.toggle("zoomed", zoomed);
  const bar = Object.assign(document.createElement("div"), { className: "chart-bar" });
  bar.append(toggle("Zoom in", isNarrow.matches, zoom), button("Close", () => dialog.close()));
  zoom(isNarrow.matches);
  wide.append(drawing);
  dialog.append(bar, wide);
  const putBack = () => {
    removeEventListener("beforeprint", putBack);
    place.append(drawing);
    dialog.remove();
    opener.focus();
  };
  dialog.addEventListener("close", putBack);
  // Paper has no windows, and closing this one would tell of it only after the sheets were laid out.
  addEventListener("beforeprint", putBack);
  document.body.append(dialog);
  dialog.showModal();
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
  const seen = inSight(buttons);
  const next = seen[seen.indexOf(document.activeElement) + step];
  if (next) letTabFind(next, buttons);
  return next;
}

function inSight(buttons) {
  return buttons.filter((button) => getComputedStyle(button).visibility === "visible");
}

function letTabFind(found, buttons) {
  for (const button of buttons) button.tabIndex = button === found ? 0 : -1;
}
