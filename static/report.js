// A device says how it finds itself: at once, whenever that changes, and three times a minute. The desk shows it.

import { ask } from "./ask.js";

const REPORT_MS = 20000;

/**
 * @typedef {{state: string, offset: number, unsaid: number}} Finding  state: "ok", "sound_locked" or "no_sound"; unsaid: calls still to be said
 * @typedef {{base: string, device: string, version: string, finding: () => Finding, onAnswer?: (answer: any) => void, onGone?: () => void}} Wish
 *   onGone: the hall has no such device (any more)
 */

/** @param {Wish} wish @returns {{tell: () => void}} tell: what is found has changed */
export function keepReporting(wish) {
  let told = "";

  async function send() {
    const finding = wish.finding();
    told = finding.state;
    const { status, ok, body } = await ask("POST", `${wish.base}/devices`, { device: wish.device, version: wish.version, ...finding });
    if (status === 404 && wish.onGone) wish.onGone();
    if (ok && wish.onAnswer) wish.onAnswer(body);
  }

  send();
  setInterval(send, REPORT_MS);
  return { tell: () => { if (wish.finding().state !== told) send(); } };
}
