/* Where every upload of a recorded trial is at a time t, in ms since its load began. Pure. */

/** In whose line an upload stands; what is in progress has a place instead, and what is ready has neither. */
const LINES = { user: "user", door: "django", django: "django", queue: "queue", gone: "gone" };

const STEPS = [
  ["user", "due"], ["door", "sent"], ["django", "received"], ["queue", "enqueued"],
  ["work", "started"], ["ready", "finished"], ["gone", "gone"],
];

/** A trial as the page holds it, with its columns turned into uploads and its events in order. */
function makeTrial(raw, outcomes) {
  const uploads = raw.due.map((_, n) => makeUpload(raw, outcomes, n));
  const events = uploads.flatMap(eventsOf).sort((one, other) => one.at - other.at);
  return { ...raw, uploads, events, peaks: peaksOf(uploads) };
}

function makeUpload(raw, outcomes, n) {
  const at = (name) => {
    if (name === "due") return raw.due[n];
    return raw[name][n] === null ? null : raw.due[n] + raw[name][n];
  };
  return {
    n,
    id: raw.id[n],
    due: raw.due[n],
    stops: stopsOf(at),
    answered: at("answered"),
    status: raw.status[n],
    outcome: outcomes[raw.outcome[n]],
    reason: raw.reasons[raw.reason[n]],
    place: raw.place[n],
    executions: raw.executions[n],
    writes: raw.writes[n],
  };
}

/** The stations of an upload in their order; a stamp never lies before the one that came earlier. */
function stopsOf(at) {
  const stops = [];
  for (const [where, name] of STEPS) {
    const when = at(name);
    if (when !== null) stops.push({ where, at: Math.max(when, stops.at(-1)?.at ?? when) });
  }
  return stops;
}

function eventsOf(upload) {
  const answer = upload.answered === null ? [] : [{ upload, what: "answered", at: upload.answered }];
  return [...upload.stops.map(({ where, at }) => ({ upload, what: where, at })), ...answer];
}

/** The longest that each line ever is, so that its room need not change while it is played. */
function peaksOf(uploads) {
  const changes = { user: [], django: [], queue: [], gone: [] };
  for (const { stops } of uploads) {
    stops.forEach(({ where, at }, n) => {
      if (!LINES[where]) return;
      changes[LINES[where]].push([at, 1]);
      if (stops[n + 1]) changes[LINES[where]].push([stops[n + 1].at, -1]);
    });
  }
  return Object.fromEntries(Object.entries(changes).map(([line, steps]) => [line, highest(steps)]));
}

function highest(steps) {
  let count = 0;
  return steps.sort((one, other) => one[0] - other[0] || one[1] - other[1])
    .reduce((most, [, step]) => Math.max(most, (count += step)), 0);
}

/** Every upload that is due, with the station where it is, since when, and its rank in the line there. */
function tokensAt(trial, t) {
  const tokens = [];
  for (const upload of trial.uploads) {
    if (upload.due > t) break;
    const n = upload.stops.findLastIndex((stop) => stop.at <= t);
    const { where, at } = upload.stops[n];
    tokens.push({
      upload, where, since: at, rank: 0,
      before: upload.stops[n - 1]?.where,
      until: upload.stops[n + 1]?.at ?? Infinity,
      isAnswered: upload.answered !== null && upload.answered <= t,
    });
  }
  rankLines(tokens);
  return tokens;
}

function rankLines(tokens) {
  const lines = {};
  for (const token of tokens) {
    const line = LINES[token.where];
    if (line) (lines[line] ??= []).push(token);
  }
  for (const line of Object.values(lines)) {
    line.sort((one, other) => one.since - other.since || one.upload.n - other.upload.n);
    line.forEach((token, rank) => { token.rank = rank; });
  }
}

/** What both clocks say at a time: how many uploads got so far, and how long the latest of each kind took. */
function countsAt(trial, t) {
  const counts = { due: 0, answered: 0, ready: 0, gone: 0, lastAnswer: null, lastReady: null };
  let answeredAt = -1;
  let readyAt = -1;
  for (const { due, answered, stops } of trial.uploads) {
    if (due > t) break;
    counts.due += 1;
    if (answered !== null && answered <= t) {
      counts.answered += 1;
      if (answered >= answeredAt) [answeredAt, counts.lastAnswer] = [answered, answered - due];
    }
    const end = stops.at(-1);
    if (end.where === "gone" && end.at <= t) counts.gone += 1;
    if (end.where === "ready" && end.at <= t) {
      counts.ready += 1;
      if (end.at >= readyAt) [readyAt, counts.lastReady] = [end.at, end.at - due];
    }
  }
  return { ...counts, waiting: counts.due - counts.ready - counts.gone, unanswered: counts.due - counts.answered };
}

/** All events of the first instant after t, or of the last before it; of one upload if it is given. */
function nextEvents(trial, t, upload = null) {
  return togetherWith(eventsIn(trial, upload), (events) => events.find(({ at }) => at > t));
}

function previousEvents(trial, t, upload = null) {
  return togetherWith(eventsIn(trial, upload), (events) => events.findLast(({ at }) => at < t));
}

function togetherWith(events, find) {
  const found = find(events);
  return events.filter(({ at }) => at === found?.at);
}

function eventsIn(trial, upload) {
  return upload ? ownEvents(upload) : trial.events;
}

function ownEvents(upload) {
  return eventsOf(upload).sort((one, other) => one.at - other.at);
}
