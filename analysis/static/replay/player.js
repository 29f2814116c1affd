/* The clock of a replay and its controls. */

/** How long a flight between two stations is drawn, on the screen. */
const FLIGHT_MS = 250;
/** After a pause of the browser the replay goes on where it was. */
const LONGEST_FRAME_MS = 100;
/** Who wants less motion sees a still picture that changes so often. */
const STILL_MS = 1000;
const ZOOMED_MS = 3000;

for (const root of document.querySelectorAll(".replay")) startReplay(root);

function startReplay(root) {
  const data = JSON.parse(root.querySelector("script").textContent);
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");
  const state = { t: 0, speed: 1, isPlaying: false, isVisible: true, followed: null, isZoomed: false, waited: 0 };
  let frame = null;
  let last = 0;

  function choose(index) {
    const id = state.followed?.id;
    pause();
    state.trial = makeTrial(data.trials[index], data.outcomes);
    state.look = data.looks[state.trial.mode];
    fillList(part("list"), state.trial);
    part("bad-box").hidden = !state.trial.peaks.gone;
    say(part("bounded"), boundedWords(state.trial));
    state.span = null;
    // One block of trials sends the same uploads in both modes, so the picture can be followed in the other trial, too.
    follow(state.trial.uploads.find((upload) => upload.id === id) ?? null);
    state.t = Math.min(state.t, state.trial.end);
    resize();
  }

  function follow(upload) {
    state.followed = upload;
    part("list").value = upload ? String(upload.n) : "";
    const whose = upload ? ` of #${upload.n + 1}` : "";
    say(part("back"), `◀ Event${whose}`);
    say(part("next"), `Event${whose} ▶`);
    part("back").setAttribute("aria-label", `Previous event${whose}`);
    part("next").setAttribute("aria-label", `Next event${whose}`);
    fillFollowed(part, state.trial, upload);
  }

  function resize() {
    state.layout = makeLayout(state.trial, part("stage").clientWidth);
    fit(part("canvas"), state.layout);
    fit(part("curve"), { width: part("curve-box").clientWidth, height: 48 });
    draw();
  }

  function momentNow() {
    const { trial, t, followed, speed } = state;
    const flightMs = lessMotion.matches ? 0 : FLIGHT_MS * speed;
    return { trial, t, followed, flightMs, tokens: tokensAt(trial, t), counts: countsAt(trial, t) };
  }

  function draw() {
    const now = momentNow();
    drawMoment(part("canvas").getContext("2d"), state.layout, now, state.look);
    fillCounts(part, now.counts);
    if (state.followed) markSteps(part, state.t);
    drawScrubber();
    root.dataset.t = Math.round(state.t);
  }

  function drawScrubber() {
    const { trial, t } = state;
    if (!state.span || t < state.span[0] || t > state.span[1]) {
      const from = state.isZoomed ? Math.max(0, Math.min(t - ZOOMED_MS / 2, trial.end - ZOOMED_MS)) : 0;
      state.span = [from, state.isZoomed ? Math.min(from + ZOOMED_MS, trial.end) : trial.end];
      state.curve = curveOf(trial, state.span);
      state.most = mostWaiting(trial, state.span);
      say(part("most"), `At most ${plural(state.most, "upload")}.`);
      [part("scrub").min, part("scrub").max] = state.span;
    }
    part("scrub").value = t;
    part("scrub").setAttribute("aria-valuetext", moment(t));
    say(part("time"), `${moment(t)} of ${moment(trial.end)}${t > trial.load_end ? ", after the load" : ""}`);
    const { clientWidth: width, clientHeight: height } = part("curve");
    drawCurve(part("curve").getContext("2d"), { width, height }, state, state.look);
  }

  function play() {
    if (state.t >= state.trial.end) state.t = 0;
    state.isPlaying = true;
    showPlaying();
    wake();
  }

  function pause() {
    state.isPlaying = false;
    showPlaying();
  }

  function showPlaying() {
    root.dataset.state = state.isPlaying ? "playing" : "paused";
    say(part("play"), state.isPlaying ? "❚❚ Pause" : "▶ Play");
  }

  function wake() {
    if (frame !== null || !state.isPlaying || !state.isVisible) return;
    last = performance.now();
    frame = requestAnimationFrame(tick);
  }

  function tick(now) {
    frame = null;
    if (!state.isPlaying || !state.isVisible) return;
    state.waited += Math.min(Math.max(now - last, 0), LONGEST_FRAME_MS);
    last = now;
    if (!lessMotion.matches || state.waited >= STILL_MS) advance();
    if (state.isPlaying) frame = requestAnimationFrame(tick);
  }

  function advance() {
    state.t = Math.min(state.t + state.waited * state.speed, state.trial.end);
    state.waited = 0;
    draw();
    if (state.t < state.trial.end) return;
    pause();
    tell(`The end, at ${moment(state.t)}: ${countsInWords(countsAt(state.trial, state.t))}.`);
  }

  function toggle() {
    if (!state.isPlaying) return play();
    pause();
    return tell(`Paused at ${moment(state.t)}: ${countsInWords(countsAt(state.trial, state.t))}.`);
  }

  function step(find) {
    pause();
    // What shares a millisecond is told together, or a step would pass over it.
    const events = find(state.trial, state.t, state.followed);
    if (!events.length || events[0].at > state.trial.end) return tell("There are no more events.");
    go(events[0].at);
    const told = events.map(({ what, upload }) => `#${upload.n + 1} ${eventWords(what, upload, state.trial)}`);
    return tell(`${moment(state.t)}: ${told.join("; ")}.`);
  }

  function go(t) {
    state.t = t;
    draw();
  }

  function pick(upload) {
    follow(upload);
    draw();
    tell(upload ? `Following picture #${upload.n + 1}. ${storyOf(upload)}` : "Not following any picture.");
  }

  /** Said to screen readers, and only when somebody has done something: not with every frame. */
  function tell(words) {
    say(part("said"), words);
  }

  part("trial").addEventListener("change", ({ target }) => {
    choose(target.value);
    tell(`${target.selectedOptions[0].text}, at ${moment(state.t)}: ${countsInWords(countsAt(state.trial, state.t))}.`);
  });
  part("speed").addEventListener("change", ({ target }) => { state.speed = Number(target.value); draw(); });
  part("play").addEventListener("click", toggle);
  part("back").addEventListener("click", () => step(previousEvents));
  part("next").addEventListener("click", () => step(nextEvents));
  part("scrub").addEventListener("input", ({ target }) => { pause(); go(Number(target.value)); });
  part("zoom").addEventListener("click", ({ target }) => {
    state.isZoomed = !state.isZoomed;
    target.setAttribute("aria-pressed", state.isZoomed);
    state.span = null;
    draw();
  });
  part("list").addEventListener("change", ({ target }) => pick(state.trial.uploads[target.value]));
  part("stop").addEventListener("click", () => { pick(null); part("list").focus(); });
  part("canvas").addEventListener("click", (event) => {
    const found = uploadAt(state.layout, momentNow(), { x: event.offsetX, y: event.offsetY });
    if (found) pick(found);
  });
  part("stage").addEventListener("keydown", (event) => {
    const act = { " ": toggle, ArrowRight: () => step(nextEvents), ArrowLeft: () => step(previousEvents) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  new ResizeObserver(() => { if (part("stage").clientWidth !== state.layout.width) resize(); }).observe(part("stage"));
  // The browser may hand over several changes at once; the last one holds.
  const seen = (entries) => { state.isVisible = entries.at(-1).isIntersecting; wake(); };
  new IntersectionObserver(seen).observe(part("stage"));

  part("needs-script").hidden = true;
  part("player").hidden = false;
  choose(part("trial").value);
}

/** The canvas in CSS pixels, sharp on every screen. */
function fit(canvas, { width, height }) {
  const scale = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
  canvas.getContext("2d").scale(scale, scale);
}

function boundedWords({ uploads, planned, end }) {
  if (uploads.length === planned) return "";
  return `The replay covers only the first ${moment(end)} of this trial: ${uploads.length} of its ${planned} uploads.`;
}
