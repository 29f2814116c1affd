/* The strip above the scrubber: how many uploads are in the system and how many of them have no answer yet. */

const SAMPLES = 400;
const EDGE_PX = 8; // Half the scrubber's thumb, so that the line of now stands above its middle.

/** Counts at evenly spaced times of a span. Pure. */
function curveOf(trial, [from, until]) {
  return Array.from({ length: SAMPLES + 1 }, (_, n) => {
    const t = from + ((until - from) * n) / SAMPLES;
    const { waiting, unanswered } = countsAt(trial, t);
    return { t, waiting, unanswered };
  });
}

/** The most uploads that ever wait in a span: the curve's samples may miss a short peak. Pure. */
function mostWaiting(trial, [from, until]) {
  const steps = trial.uploads.flatMap(({ due, stops }) => {
    const { where, at } = stops.at(-1);
    return [[due, 1], ...(where === "ready" || where === "gone" ? [[at, -1]] : [])];
  });
  // What happened before the span is one step at its beginning.
  return highest(steps.filter(([at]) => at <= until).map(([at, step]) => [Math.max(at, from), step]));
}

function drawCurve(context, { width, height }, { trial, curve, most, span, t }, look) {
  const [from, until] = span;
  const x = (at) => EDGE_PX + ((width - 2 * EDGE_PX) * (at - from)) / (until - from);
  const y = (count) => height - 3 - (height - 8) * (count / Math.max(5, most));
  context.clearRect(0, 0, width, height);
  context.fillStyle = IDLE;
  const [left, right] = [trial.from, trial.until].map((at) => Math.min(Math.max(x(at), EDGE_PX), width - EDGE_PX));
  context.fillRect(left, 0, right - left, height);
  drawLine(context, curve.map((at) => [x(at.t), y(at.waiting)]), look.colour, []);
  drawLine(context, curve.map((at) => [x(at.t), y(at.unanswered)]), INK, [5, 4]);
  drawLine(context, [[x(t), 0], [x(t), height]], INK, []);
}

function drawLine(context, points, colour, dash) {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.setLineDash(dash);
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
  context.setLineDash([]);
}
