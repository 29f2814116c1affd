/* Draws one moment of a replay on a canvas. */

const INK = "#1a1a1a";
const QUIET = "#595959";
const PAPER = "#ffffff";
const IDLE = "#f0f0f0";
const LARGEST_TOKEN_PX = 9;
/** What is ready stays in sight for so long [ms of the trial]. */
const LINGER_MS = 400;

/** `moment`: trial, t, tokens, counts, flightMs and followed (an upload or null); `look`: colour and marker. */
function drawMoment(context, layout, moment, look) {
  context.clearRect(0, 0, layout.width, layout.height);
  drawArrows(context, layout);
  for (const box of Object.values(layout.boxes)) drawBox(context, layout, box, captionOf(box.key, moment));
  drawPlaces(context, layout);
  for (const token of moment.tokens) {
    if (isInSight(token, moment)) drawToken(context, layout, token, moment, look);
  }
  drawAnswers(context, layout, moment);
  drawFollowed(context, layout, moment);
}

function isInSight(token, { t, flightMs }) {
  return token.where !== "ready" || t - token.since < Math.max(LINGER_MS, 2 * flightMs);
}

function captionOf(key, { tokens, counts }) {
  const here = (line) => tokens.filter((token) => LINES[token.where] === line).length;
  const atWork = () => tokens.filter((token) => token.where === "work").length;
  const captions = {
    user: () => `${counts.unanswered} wait`, django: () => `${here("django")} here`,
    queue: () => `${here("queue")} wait`, work: () => `${atWork()} at work`,
    ready: () => `${counts.ready} stored`, gone: () => `${counts.gone} upload${counts.gone === 1 ? "" : "s"}`,
  };
  return captions[key]();
}

function drawBox(context, { font, isNarrow }, box, caption) {
  context.lineWidth = 2;
  context.strokeStyle = QUIET;
  context.fillStyle = PAPER;
  context.beginPath();
  context.roundRect(box.x, box.y, box.w, box.h, 8);
  context.fill();
  context.stroke();
  const left = box.x + 0.5 * font;
  write(context, box.title, left, box.y + 1.2 * font, `700 ${font}px`, INK);
  if (box.key === "gone") {
    const beside = left + context.measureText(box.title).width + 0.8 * font;
    return write(context, caption, beside, box.y + 1.2 * font, `${font}px`, INK);
  }
  const second = box.second ? 1.15 * font : 0;
  if (second) write(context, box.second, left, box.y + 2.35 * font, `700 ${font}px`, INK);
  const below = isNarrow ? 2.4 * font + second : 3.55 * font;
  return write(context, caption, left, box.y + below, `${font}px`, INK);
}

function write(context, words, x, y, size, colour) {
  context.font = `${size} system-ui, "DejaVu Sans", sans-serif`;
  context.fillStyle = colour;
  context.fillText(words, x, y);
}

/** From each station to the next one. */
function drawArrows(context, { boxes, isNarrow, font }) {
  const stations = Object.values(boxes).filter((box) => box.key !== "gone");
  const point = isNarrow ? [0, 0.4 * font] : [0.4 * font, 0];
  context.fillStyle = QUIET;
  for (const box of stations.slice(0, -1)) {
    const x = isNarrow ? box.x + box.w / 2 : box.x + box.w + 0.7 * font;
    const y = isNarrow ? box.y + box.h + 0.7 * font : box.y + box.h / 2;
    context.beginPath();
    context.moveTo(x + point[0], y + point[1]);
    context.lineTo(x - point[0] + point[1], y - point[1] + point[0]);
    context.lineTo(x - point[0] - point[1], y - point[1] - point[0]);
    context.fill();
  }
}

function drawPlaces(context, layout) {
  for (let place = 0; place < layout.places; place += 1) {
    const { x, y, side } = placeBox(layout, place);
    context.fillStyle = IDLE;
    context.fillRect(x + 2, y + 2, side - 4, side - 4);
    if (side > 2.2 * layout.font) write(context, place + 1, x + 7, y + 1.1 * layout.font, `${layout.font}px`, QUIET);
  }
}

/** Filled once its user has an answer, hollow before; dashed if it was not finished when the trial ended. */
function drawToken(context, layout, token, moment, look) {
  const { x, y } = positionOf(layout, token, moment.t, moment.flightMs);
  const line = LINES[token.where];
  const radius = Math.min(LARGEST_TOKEN_PX, 0.42 * (layout.pitches[line] ?? 24));
  const isGone = token.where === "gone";
  const isLeft = token.upload.outcome === "unfinished" && moment.t >= moment.trial.end;
  context.lineWidth = Math.min(2, 0.4 * radius);
  context.setLineDash(isLeft ? [3, 2] : []);
  context.strokeStyle = isGone || isLeft ? INK : look.colour;
  context.fillStyle = token.isAnswered && !isGone && !isLeft ? look.colour : PAPER;
  context.beginPath();
  if (look.marker === "s") context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  else context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.setLineDash([]);
  if (isGone) drawSign(context, x, y, radius, token.upload.outcome);
}

/** A cross for what failed, a bar for what was refused. */
function drawSign(context, x, y, radius, outcome) {
  const arm = 0.6 * radius;
  context.beginPath();
  if (outcome === "refused") {
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
  } else {
    for (const slope of [1, -1]) {
      context.moveTo(x - arm, y - slope * arm);
      context.lineTo(x + arm, y + slope * arm);
    }
  }
  context.stroke();
}

/** Each answer on its way back from Django to the user: a small black diamond. */
function drawAnswers(context, layout, { trial, tokens, t, flightMs }) {
  const from = middle(layout.boxes[trial.mode === "sync" ? "work" : "django"].area);
  const to = middle(layout.boxes.user.area);
  context.fillStyle = INK;
  for (const { upload, isAnswered } of tokens) {
    const share = flightMs > 0 && isAnswered ? (t - upload.answered) / flightMs : 1;
    if (share >= 1) continue;
    const [x, y] = [from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share];
    context.beginPath();
    for (const [dx, dy] of [[0, -7], [7, 0], [0, 7], [-7, 0]]) context.lineTo(x + dx, y + dy);
    context.fill();
  }
}

/** A ring around the followed picture and its number beside it; what is stored long ago is marked in its box. */
function drawFollowed(context, layout, { tokens, t, flightMs, followed }) {
  const token = followed && tokens.find(({ upload }) => upload === followed);
  if (!token) return;
  const { x, y } = positionOf(layout, token, t, flightMs);
  context.lineWidth = 3;
  context.strokeStyle = INK;
  context.beginPath();
  context.arc(x, y, 15, 0, 2 * Math.PI);
  context.stroke();
  const words = `#${followed.n + 1}`;
  context.font = `700 ${layout.font}px system-ui, "DejaVu Sans", sans-serif`;
  const width = context.measureText(words).width;
  const left = Math.min(Math.max(x - width / 2, 2), layout.width - width - 2);
  const base = y + 18 + layout.font < layout.height ? y + 16 + layout.font : y - 20;
  context.fillStyle = PAPER;
  context.fillRect(left - 2, base - 0.85 * layout.font, width + 4, 1.1 * layout.font);
  write(context, words, left, base, `700 ${layout.font}px`, INK);
}

/** The upload whose token lies nearest to a point, if one is near. */
function uploadAt(layout, moment, point, reach = 24) {
  const seen = moment.tokens.filter((token) => isInSight(token, moment));
  const away = seen.map((token) => {
    const { x, y } = positionOf(layout, token, moment.t, moment.flightMs);
    return { upload: token.upload, distance: Math.hypot(x - point.x, y - point.y) };
  });
  const nearest = away.reduce((best, one) => (one.distance < best.distance ? one : best), { distance: reach });
  return nearest.upload ?? null;
}
