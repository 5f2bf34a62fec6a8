// Whoever walks away from a kiosk leaves it to the next person: a dialog asks whether somebody is there, and counts down.

import { one } from "./dom.js";

/**
 * Watch from now on. `isFresh` tells that nobody has begun anything, `leave` is called when nobody answers.
 * @param {{idle_s: number, warning_s: number, isFresh: () => boolean, leave: () => void}} how
 * @returns {() => void} say that somebody is there, and take the dialog away
 */
export function watchIdle({ idle_s: idleMaxS, warning_s: warningS, isFresh, leave }) {
  const dialog = one("[data-idle]");
  let idleS = 0;
  /** @type {any} what had the keyboard before the dialog */
  let before = null;

  function tick() {
    idleS = isFresh() ? 0 : idleS + 1;
    const left = idleMaxS - idleS;
    one("[data-seconds]", dialog).textContent = left;
    if (left <= warningS && dialog.hidden) {
      before = document.activeElement;
      dialog.hidden = false;
      one("button", dialog).focus();
    }
    if (left <= 0) leave();
  }

  /** The dialog goes by its own button alone: gone under the finger, it would let the tap through to what is below. */
  function notice() {
    if (dialog.hidden) idleS = 0;
  }

  function wake() {
    idleS = 0;
    dialog.hidden = true;
    if (before) before.focus();
    before = null;
  }

  for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, notice, { capture: true, passive: true });
  dialog.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Tab" && event.preventDefault());
  setInterval(tick, 1000);
  return wake;
}
