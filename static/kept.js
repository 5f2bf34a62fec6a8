// What a phone keeps of a visit, for where there is no network: the page itself (static/worker.js), and the newest frames with their time.
// What was kept is shown with its age and never as new.

import { secondsBehind } from "./feed.js";

const STORED = "urut.kept.";
const EVERY_MS = 5000;

/**
 * The frames to begin with and their age: those of the page, or the newest that were kept when the page itself was kept.
 * @param {{channel: string, frames: any[]}} page @returns {{frames: any[], seconds: number}}
 */
export function lastKnown(page) {
  const keptAt = Number(document.body.dataset.keptAt || 0);
  if (!keptAt) return { frames: page.frames, seconds: secondsBehind() };
  const kept = read(page.channel);
  const newest = kept && kept.at > keptAt ? kept : { at: keptAt - 1000 * secondsBehind(), frames: page.frames };
  return { frames: newest.frames, seconds: Math.max(0, (Date.now() - newest.at) / 1000) };
}

/** Keeps the newest frames. */
export class Keeper {
  /** @param {string} channel */
  constructor(channel) {
    this.channel = channel;
    this.keptAt = 0;
  }

  /** They are still true; not written down more often than a phone's memory likes. @param {Iterable<any>} frames */
  renew(frames) {
    if (Date.now() - this.keptAt >= EVERY_MS) this.keep(frames);
  }

  /** @param {Iterable<any>} frames that hold now */
  keep(frames) {
    const at = Date.now();
    this.keptAt = at;
    try {
      localStorage.setItem(STORED + this.channel, JSON.stringify({ at, frames: Array.from(frames) }));
    } catch (error) {
      // A phone that keeps nothing shows nothing without a network.
    }
  }
}

/** Have this page kept, where the browser allows it: on https and on the machine itself. @param {string} worker address of the script */
export async function keepPage(worker) {
  if (!navigator.serviceWorker || !window.isSecureContext) return;
  // A page that came through the worker has been kept on its way.
  const came = Boolean(navigator.serviceWorker.controller);
  try {
    await navigator.serviceWorker.register(worker);
    const { active } = await navigator.serviceWorker.ready;
    const parts = performance.getEntriesByType("resource").map((entry) => entry.name);
    if (active && !came) active.postMessage({ page: location.href, parts });
  } catch (error) {
    // Then not: the page works as before.
  }
}

/** @param {string} channel @returns {{at: number, frames: any[]} | null} */
function read(channel) {
  try {
    return JSON.parse(localStorage.getItem(STORED + channel) || "null");
  } catch (error) {
    return null;
  }
}
