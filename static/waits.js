// The waits of all lines as they are now, on pages for people who have no number yet.

import { all, text } from "./dom.js";
import { say, sayMinutes } from "./words.js";

/** @typedef {{open: boolean, waiting: {[lane: string]: number}, minutes: [number, number] | null, left: number | null}} LineNow */

/** How many people wait in a line. @param {LineNow} line */
export function waitingIn(line) {
  return Object.values(line.waiting).reduce((sum, count) => sum + count, 0);
}

/** A line's wait in words. @param {LineNow} line @param {any} strings */
export function sayWait(line, strings) {
  return `${say(strings.waiting, { n: waitingIn(line) })} · ${sayMinutes(line.minutes, strings)}`;
}

/** Say it wherever the page names a line's wait. @param {{[prefix: string]: LineNow}} lines @param {any} strings */
export function paintWaits(lines, strings) {
  for (const place of all("[data-wait]")) text(place, sayWait(lines[place.dataset.wait], strings));
}

/** Prefixes of lines, the shortest wait first and those with no open counter last. @param {string[]} prefixes @param {{[prefix: string]: LineNow}} lines */
export function shortestFirst(prefixes, lines) {
  const wait = (/** @type {string} */ prefix) => lines[prefix].minutes || [Infinity, Infinity];
  return prefixes.slice().sort((left, right) => {
    const [[low, high], [otherLow, otherHigh]] = [wait(left), wait(right)];
    if (high !== otherHigh) return high < otherHigh ? -1 : 1;
    return low === otherLow ? 0 : low - otherLow;
  });
}
