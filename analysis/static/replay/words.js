/* What a replay says in words. Pure. */

/** A time as a person reads it, such as `14 ms` or `0.31 s`. */
function duration(ms) {
  if (ms === null) return "–";
  return ms < 99.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 9950 ? 2 : 0)} s`;
}

/** A moment of the trial, such as `3.214 s`. */
function moment(t) {
  return `${(t / 1000).toFixed(3)} s`;
}

function plural(count, what) {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function countsInWords({ answered, ready, waiting, gone }) {
  const bad = gone ? `, ${gone} failed or refused` : "";
  return `${plural(answered, "upload")} answered, ${plural(ready, "picture")} ready, ${waiting} waiting${bad}`;
}

/** What happens to an upload when it comes to a station, or is answered. */
function eventWords(what, upload, trial) {
  const words = {
    user: "due",
    door: "sent",
    django: "received by Django",
    queue: "put into the queue",
    work: `${trial.mode === "sync" ? "web process" : "worker"} ${upload.place + 1} starts`,
    ready: "ready, and stored externally",
    gone: upload.outcome === "refused" ? `refused: ${upload.reason}` : `failed: ${upload.reason}`,
    answered: upload.status ? `answered ${upload.status}` : "answered",
  };
  return words[what];
}

/** One line about a whole upload, for the list to choose from. */
function uploadInWords(upload) {
  const end = upload.stops.at(-1);
  const result = {
    ok: `ready after ${duration(end.at - upload.due)}`,
    unfinished: "unfinished",
    failed: `failed (${upload.reason})`,
    refused: `refused (${upload.reason})`,
  };
  return `#${upload.n + 1}, due at ${(upload.due / 1000).toFixed(1)} s: ${result[upload.outcome]}`;
}

/** Both clocks of an upload, and what is odd about it. */
function storyOf(upload) {
  const end = upload.stops.at(-1);
  const sentences = [];
  if (upload.answered !== null) sentences.push(`The user waited ${duration(upload.answered - upload.due)} for the response.`);
  else sentences.push("The user got no response in this trial.");
  if (end.where === "ready") sentences.push(`The picture was ready after ${duration(end.at - upload.due)}.`);
  if (end.where === "gone") sentences.push(`It ${upload.outcome === "failed" ? "failed" : "was refused"}: ${upload.reason}.`);
  if (upload.outcome === "unfinished") sentences.push("It was unfinished when the trial ended.");
  if (upload.executions > 1) sentences.push(`Work on it started ${upload.executions} times; the last one is shown.`);
  if (upload.writes > 1) sentences.push(`It was stored externally ${upload.writes} times.`);
  return sentences.join(" ");
}
