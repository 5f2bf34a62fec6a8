// A ticket's place in its line, worked out on the phone. The same rule as server/core/place.py, held to it by tests/place_cases.json.

const COARSE_FROM_MINUTES = 30;
const COARSE_STEP_MINUTES = 5;

/** @typedef {{ahead: number, minutes: [number, number] | null}} Place */

/**
 * The place of a ticket that waits.
 * @param {any} line the view of line/{prefix}
 * @param {{lane: string, number: number, resumes_at?: number}} ticket
 * @returns {Place}
 */
export function placeOf(line, ticket) {
  const waiting = line.waiting[ticket.lane];
  const others = count(waiting) - 1;
  const sitsOut = (ticket.resumes_at || 0) - line.calls[ticket.lane];
  return place(line, ticket.lane, Math.max(count(waiting, ticket.number), Math.min(sitsOut, others)));
}

/** @param {any} line @param {string} lane @param {number} aheadInLane @returns {Place} */
function place(line, lane, aheadInLane) {
  const ahead = aheadInLane + aheadInOtherLane(line, lane, aheadInLane);
  const busy = line.serving.filter((/** @type {any} */ at) => at.label !== null).length;
  return { ahead, minutes: minutes(line.pace, ahead, busy) };
}

/** @param {any} line @param {string} lane @param {number} aheadInLane */
function aheadInOtherLane(line, lane, aheadInLane) {
  const every = line.regular_after_priority;
  const due = line.regular_due;
  if (lane === "priority") return Math.min(count(line.waiting.regular), due + aheadInLane * every);
  const priority = count(line.waiting.priority || "");
  if (every === 0) return priority;
  if (aheadInLane < due) return 0;
  return Math.min(priority, 1 + Math.floor((aheadInLane - due) / every));
}

/** @param {any} pace @param {number} ahead @param {number} busy @returns {[number, number] | null} */
function minutes(pace, ahead, busy) {
  if (pace.counters === 0) return null;
  const free = Math.max(0, pace.counters - busy);
  const turns = Math.max(0, ahead + 1 - free);
  const middle = turns * pace.seconds_p50;
  const spread = Math.sqrt(turns) * (pace.seconds_p80 - pace.seconds_p50);
  const low = (middle - spread) / (60 * pace.counters);
  const high = (middle + spread) / (60 * pace.counters);
  const step = high > COARSE_FROM_MINUTES ? COARSE_STEP_MINUTES : 1;
  return [Math.max(0, Math.floor(low / step) * step), Math.ceil(high / step) * step];
}

/** How many numbers the ranges hold ("13-40,42"), or how many of them are lower than a number. @param {string} ranges */
function count(ranges, below = Infinity) {
  let total = 0;
  for (const range of ranges.split(",").filter(Boolean)) {
    const [first, last = first] = range.split("-").map(Number);
    total += Math.max(0, Math.min(last, below - 1) - first + 1);
  }
  return total;
}
