"use strict";

const POLL_MS = 100;
const PLACE_AFTER_MS = 500;
const PLACE_POLL_MS = 1000;
const WORDS = { queued: "Waiting in the queue …", processing: "A worker is on it …" };
const NO_WORKER = "No worker is running. Start one: your picture waits for it.";

const input = document.getElementById("image");
const hint = document.getElementById("hint");

for (const endpoint of document.querySelectorAll(".endpoint")) {
  endpoint.querySelector("button")?.addEventListener("click", () => send(endpoint));
}
input.addEventListener("change", () => { hint.textContent = ""; });

/** Send the chosen picture to an endpoint and show both clocks. */
async function send(endpoint) {
  const [file] = input.files;
  if (!file) {
    hint.textContent = "Choose a picture first.";
    input.focus();
    return;
  }
  const button = endpoint.querySelector("button");
  button.disabled = true;
  clear(endpoint);
  const clock = startClock(endpoint);
  try {
    const picture = await upload(endpoint, file);
    clock.answered();
    const ready = await waitUntilReady(endpoint, picture);
    clock.ready();
    say(endpoint, "Ready.");
    show(endpoint, ready.variants);
  } catch (error) {
    clock.stop();
    tellPlace(endpoint);
    say(endpoint, error instanceof TypeError ? "The server cannot be reached." : error.message, { trouble: true });
  }
  button.disabled = false;
}

async function upload(endpoint, file) {
  say(endpoint, "Sending …");
  const body = new FormData();
  body.append("image", file);
  return answer(await fetch(endpoint.dataset.url, { method: "POST", body }));
}

/** Ask until the picture is finished. A picture that came to the sync endpoint is finished already. */
async function waitUntilReady(endpoint, picture) {
  let place = {};
  let askPlaceAt = performance.now() + PLACE_AFTER_MS;
  while (picture.state !== "ready") {
    if (picture.state === "failed") throw new Error(picture.detail);
    if (picture.state === "queued" && performance.now() > askPlaceAt) {
      place = await answer(await fetch(`/pictures/${picture.id}/place/`));
      askPlaceAt = performance.now() + PLACE_POLL_MS;
    }
    tell(endpoint, picture.state, place);
    await new Promise((done) => setTimeout(done, POLL_MS));
    picture = await answer(await fetch(`/pictures/${picture.id}/`));
  }
  tellPlace(endpoint);
  return picture;
}

/** What a picture waits for. Only where no worker is alive something has to be done about it. */
function tell(endpoint, state, { before, has_workers: hasWorkers }) {
  const isStuck = state === "queued" && hasWorkers === false;
  say(endpoint, isStuck ? NO_WORKER : WORDS[state], { trouble: isStuck });
  tellPlace(endpoint, state === "queued" ? before : undefined);
}

/** Apart from the status, which a screen reader reads out at each change: this one counts down. */
function tellPlace(endpoint, before) {
  const words = before === undefined ? "" : before === 0 ? "Yours is next" : `${before} before yours`;
  endpoint.querySelector(".place").textContent = words;
}

/** The body of an answer; an error in the server's own words. */
async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail || `The server answered ${response.status}.`);
  return body;
}

/** Two running clocks that stop one after the other. */
function startClock(endpoint) {
  const began = performance.now();
  const running = new Set(endpoint.querySelectorAll("dd"));
  const draw = () => running.forEach((cell) => { cell.textContent = seconds(performance.now() - began); });
  const timer = setInterval(draw, 50);
  const stop = (name) => { draw(); running.delete(endpoint.querySelector(name)); };
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
function say(endpoint, text, { trouble = false } = {}) {
  const status = endpoint.querySelector(".status");
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("trouble", trouble);
}

function clear(endpoint) {
  endpoint.querySelector(".variants").replaceChildren();
  say(endpoint, "");
  tellPlace(endpoint);
}

function show(endpoint, variants) {
  const items = variants.map(({ name, width, height, url }) => {
    const item = document.createElement("li");
    const image = Object.assign(new Image(width, height), { src: url, alt: `Your picture, ${name}` });
    item.append(image, `${width} px`);
    return item;
  });
  endpoint.querySelector(".variants").replaceChildren(...items);
}
