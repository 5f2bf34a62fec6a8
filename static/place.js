// A ticket's place in its line, worked out on the phone as server/core/place.py does; tests/place_cases.json keeps the two in step.
// How long a wait is likely to be stands in the line's view, as a table that is only read here.

const COARSE_FROM_MINUTES = 30;
const COARSE_STEP_MINUTES = 5;
const SECONDS_PER_MINUTE = 60;

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
  return { ahead, minutes: minutes(line.waits, ahead) };
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

/** @param {[number, number, number][]} waits people ahead, seconds from, to @param {number} ahead @returns {[number, number] | null} */
function minutes(waits, ahead) {
  if (!waits.length) return null;
  const row = waits.findIndex((wait) => wait[0] >= ahead);
  const far = waits[row < 0 ? waits.length - 1 : row];
  const near = waits[Math.max(0, waits.indexOf(far) - 1)];
  const part = far[0] > near[0] ? Math.min(1, (ahead - near[0]) / (far[0] - near[0])) : 1;
  const [low, high] = [1, 2].map((end) => near[end] + part * (far[end] - near[end]));
  const step = high > COARSE_FROM_MINUTES * SECONDS_PER_MINUTE ? COARSE_STEP_MINUTES : 1;
  const [first, last] = [low, high].map((seconds) => step * Math.floor(seconds / (step * SECONDS_PER_MINUTE) + 0.5));
  return [first, last];
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
