// What cannot be taken back is pressed twice: the first press only asks.

import { mark, one } from "./dom.js";

/** The second press counts within this. It is long: a switch takes its time from button to button. */
const ARMED_MS = 20000;
/** Two taps in one twitch are one. */
const TWITCH_MS = 350;

export class Arming {
  /** @param {(button: Element, what: string) => void} ask @param {(button: Element) => void} forget  the question is over */
  constructor(ask, forget) {
    this.ask = ask;
    this.forget = forget;
    /** @type {Element | null} the button that was pressed once */
    this.button = null;
    this.ready = false;
    this.timers = [0, 0];
  }

  /** Whether this press is to be carried out. @param {HTMLFormElement} form one with `data-final` asks first @param {Element} button */
  isMeant(form, button) {
    const again = this.button === button;
    if (again && !this.ready) return false;
    this.disarm();
    if (again || !form.hasAttribute("data-final")) return true;
    this.button = button;
    this.ready = false;
    this.timers = [setTimeout(() => this.listen(), TWITCH_MS), setTimeout(() => this.disarm(), ARMED_MS)];
    mark(button, "data-armed", "asking");
    this.ask(button, one("[data-words]", button).textContent);
    return false;
  }

  /** From now on another press is the second one. */
  listen() {
    this.ready = true;
    mark(/** @type {Element} */ (this.button), "data-armed", "ready");
  }

  disarm() {
    if (!this.button) return;
    this.timers.forEach(clearTimeout);
    mark(this.button, "data-armed", false);
    this.forget(this.button);
    this.button = null;
  }
}
