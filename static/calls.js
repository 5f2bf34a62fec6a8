// Which call a hall screen shows next. Pure: no DOM, no clock; tv.js shows what this says.
// A call is known by its call_offset, a recall of it by the number of its calls. Each is shown once, in offset order.

/**
 * @typedef {{label: string, counter: number, agency: string, call_offset: number, at: number, calls: number}} Call
 * @typedef {{epoch: string, shown: [number, number][]}} Memory  pairs of call_offset and the calls that were shown
 */

/** Older calls are not shouted: people have gone, or come to the counter by the last-calls strip. */
export const FRESH_MS = 60000;
/** The hub sends so many recent calls; with fewer in the view there were no more. */
const RECENT_MAX = 10;

/** All calls in a hall view, oldest first: those at the counters and the recent ones. @param {any} view @returns {Call[]} */
function callsIn(view) {
  /** @type {Map<number, Call>} */
  const calls = new Map();
  for (const call of view.recent) calls.set(call.call_offset, call);
  for (const post of view.counters) {
    if (post.label === null) continue;
    calls.set(post.call_offset, {
      label: post.label, counter: post.counter, agency: post.agency, call_offset: post.call_offset, at: post.call_at, calls: post.calls,
    });
  }
  return Array.from(calls.values()).sort((one, other) => one.call_offset - other.call_offset);
}

export class CallQueue {
  /** @param {Memory} memory what an earlier run of the page has shown */
  constructor(memory) {
    this.epoch = memory.epoch;
    this.shown = new Map(memory.shown);
    /** @type {Map<number, Call>} */
    this.calls = new Map();
  }

  /** Take the calls of a newer frame. @param {{epoch: string, view: any}} frame */
  take(frame) {
    if (frame.epoch !== this.epoch) {
      this.epoch = frame.epoch;
      this.shown.clear();
      this.calls.clear();
    }
    const calls = callsIn(frame.view);
    const offsets = new Set(calls.map((call) => call.call_offset));
    const recent = frame.view.recent;
    const oldestKnown = recent.length < RECENT_MAX ? 0 : recent[recent.length - 1].call_offset;
    for (const offset of this.calls.keys()) {
      // Newer than the oldest recent call and yet not there: it was undone. Nobody is to be sent to that counter.
      if (offset >= oldestKnown && !offsets.has(offset)) this.calls.delete(offset);
    }
    for (const call of calls) this.calls.set(call.call_offset, call);
  }

  /** Calls still to be shown, in the order of the log. @param {number} now the hub's time, ms @returns {Call[]} */
  waiting(now) {
    return Array.from(this.calls.values())
      .filter((call) => call.calls > (this.shown.get(call.call_offset) || 0) && now - call.at <= FRESH_MS)
      .sort((one, other) => one.call_offset - other.call_offset);
  }

  /** Whether the call still stands: it was not undone. @param {Call} call */
  stands(call) {
    return this.calls.has(call.call_offset);
  }

  /** @param {Call} call */
  markShown(call) {
    this.shown.set(call.call_offset, call.calls);
  }

  /** Forget what can never be shown again, so that a screen that runs for days keeps a small memory. @param {number} now */
  forget(now) {
    for (const [offset, call] of this.calls) {
      if (now - call.at <= FRESH_MS) continue;
      this.calls.delete(offset);
      this.shown.delete(offset);
    }
  }

  /** @returns {Memory} */
  memory() {
    return { epoch: this.epoch, shown: Array.from(this.shown) };
  }
}
