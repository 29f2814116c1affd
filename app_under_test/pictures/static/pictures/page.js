"use strict";

const POLL_MS = 100;
const PLACE_AFTER_MS = 500;
const PLACE_POLL_MS = 1000;
const WORDS = { queued: "Waiting in the queue …", processing: "A worker is on it …" };
const NO_WORKER = "No worker is running. Start one: your picture waits for it.";

const input = document.getElementById("image");
const hint = document.getElementById("hint");

for (const door of document.querySelectorAll(".door")) {
  door.querySelector("button")?.addEventListener("click", () => send(door));
}
input.addEventListener("change", () => { hint.textContent = ""; });

/** Send the chosen picture through a door and show both clocks. */
async function send(door) {
  const [file] = input.files;
  if (!file) {
    hint.textContent = "Choose a picture first.";
    input.focus();
    return;
  }
  const button = door.querySelector("button");
  button.disabled = true;
  clear(door);
  const clock = startClock(door);
  try {
    const picture = await upload(door, file);
    clock.answered();
    const ready = await waitUntilReady(door, picture);
    clock.ready();
    say(door, "Ready.");
    show(door, ready.variants);
  } catch (error) {
    clock.stop();
    tellPlace(door);
    say(door, error instanceof TypeError ? "The server cannot be reached." : error.message, { trouble: true });
  }
  button.disabled = false;
}

async function upload(door, file) {
  say(door, "Sending …");
  const body = new FormData();
  body.append("image", file);
  return answer(await fetch(door.dataset.url, { method: "POST", body }));
}

/** Ask until the picture is finished. A picture that came through the sync door is finished already. */
async function waitUntilReady(door, picture) {
  let place = {};
  let askPlaceAt = performance.now() + PLACE_AFTER_MS;
  while (picture.state !== "ready") {
    if (picture.state === "failed") throw new Error(picture.detail);
    if (picture.state === "queued" && performance.now() > askPlaceAt) {
      place = await answer(await fetch(`/pictures/${picture.id}/place/`));
      askPlaceAt = performance.now() + PLACE_POLL_MS;
    }
    tell(door, picture.state, place);
    await new Promise((done) => setTimeout(done, POLL_MS));
    picture = await answer(await fetch(`/pictures/${picture.id}/`));
  }
  tellPlace(door);
  return picture;
}

/** What a picture waits for. Only where no worker is alive something has to be done about it. */
function tell(door, state, { before, has_workers: hasWorkers }) {
  const isStuck = state === "queued" && hasWorkers === false;
  say(door, isStuck ? NO_WORKER : WORDS[state], { trouble: isStuck });
  tellPlace(door, state === "queued" ? before : undefined);
}

/** Apart from the status, which a screen reader reads out at each change: this one counts down. */
function tellPlace(door, before) {
  const words = before === undefined ? "" : before === 0 ? "Yours is next" : `${before} before yours`;
  door.querySelector(".place").textContent = words;
}

/** The body of an answer; an error in the server's own words. */
async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail || `The server answered ${response.status}.`);
  return body;
}

/** Two running clocks that stop one after the other. */
function startClock(door) {
  const began = performance.now();
  const running = new Set(door.querySelectorAll("dd"));
  const draw = () => running.forEach((cell) => { cell.textContent = seconds(performance.now() - began); });
  const timer = setInterval(draw, 50);
  const stop = (name) => { draw(); running.delete(door.querySelector(name)); };
  return {
    answered: () => stop(".answered"),
    ready: () => { stop(".ready"); clearInterval(timer); },
    stop: () => { clearInterval(timer); running.forEach((cell) => { cell.textContent = "–"; }); },
  };
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Said once per change: a screen reader would repeat it with every poll. */
function say(door, text, { trouble = false } = {}) {
  const status = door.querySelector(".status");
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("trouble", trouble);
}

function clear(door) {
  door.querySelector(".variants").replaceChildren();
  say(door, "");
  tellPlace(door);
}

function show(door, variants) {
  const items = variants.map(({ name, width, height, url }) => {
    const item = document.createElement("li");
    const image = Object.assign(new Image(width, height), { src: url, alt: `Your picture, ${name}` });
    item.append(image, `${width} px`);
    return item;
  });
  door.querySelector(".variants").replaceChildren(...items);
}
