// A device says how it finds itself: at once, whenever that changes, and three times a minute. The desk shows it.

const REPORT_MS = 20000;

/**
 * @typedef {{state: string, offset: number}} Finding  state: "ok", "sound_locked" or "no_sound"
 * @typedef {{base: string, device: string, version: string, finding: () => Finding, onAnswer?: (answer: any) => void, onGone?: () => void}} Wish
 *   onGone: the hall has no such device (any more)
 */

/** @param {Wish} wish @returns {{tell: () => void}} tell: what is found has changed */
export function keepReporting(wish) {
  let told = "";

  async function send() {
    const finding = wish.finding();
    told = finding.state;
    const body = JSON.stringify({ device: wish.device, version: wish.version, state: finding.state, offset: finding.offset });
    try {
      const headers = { Accept: "application/json", "Content-Type": "application/json" };
      const answer = await fetch(`${wish.base}/devices`, { method: "POST", credentials: "same-origin", headers, body });
      if (answer.status === 404 && wish.onGone) wish.onGone();
      if (answer.ok && wish.onAnswer) wish.onAnswer(await answer.json());
    } catch (_) {
      // The next report is soon.
    }
  }

  send();
  setInterval(send, REPORT_MS);
  return { tell: () => { if (wish.finding().state !== told) send(); } };
}
