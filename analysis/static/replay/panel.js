/* The words beside the canvas: both clocks, the picture that is followed, the list to choose one from. */

function fillCounts(part, counts) {
  const last = (ms, what) => (ms === null ? "" : `the latest ${what} ${duration(ms)}`);
  say(part("answered"), plural(counts.answered, "upload"));
  say(part("answered-last"), last(counts.lastAnswer, "after"));
  say(part("ready"), plural(counts.ready, "picture"));
  say(part("ready-last"), last(counts.lastReady, "after"));
  say(part("waiting"), plural(counts.waiting, "upload"));
  say(part("waiting-last"), `${counts.unanswered} of them without a response`);
  say(part("bad"), plural(counts.gone, "upload"));
}

function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function fillList(list, trial) {
  list.replaceChildren(...trial.uploads.map((upload) => new Option(uploadInWords(upload), upload.n)));
  list.selectedIndex = -1;
}

/** The stations of the followed upload with their times; those that are still to come are pale. */
function fillFollowed(part, trial, upload) {
  part("followed").hidden = upload === null;
  if (upload === null) return;
  say(part("followed-title"), `Picture #${upload.n + 1}`);
  const steps = ownEvents(upload).map(({ what, at }) => {
    const item = document.createElement("li");
    const since = what === "user" ? `at ${moment(at)}` : `+${duration(at - upload.due)}`;
    item.append(`${eventWords(what, upload, trial)} `, Object.assign(document.createElement("b"), { textContent: since }));
    item.dataset.at = at;
    return item;
  });
  part("steps").replaceChildren(...steps);
  say(part("story"), storyOf(upload));
}

function markSteps(part, t) {
  const items = [...part("steps").children];
  const current = items.findLast((item) => Number(item.dataset.at) <= t);
  for (const item of items) {
    item.classList.toggle("to-come", Number(item.dataset.at) > t);
    if (item === current) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
}
