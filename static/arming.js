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
    this.at = 0;
    this.timer = 0;
  }

  /** Whether this press is to be carried out. @param {HTMLFormElement} form one with `data-final` asks first @param {Element} button */
  isMeant(form, button) {
    const again = this.button === button;
    if (again && performance.now() - this.at < TWITCH_MS) return false;
    this.disarm();
    if (again || !form.hasAttribute("data-final")) return true;
    this.button = button;
    this.at = performance.now();
    this.timer = setTimeout(() => this.disarm(), ARMED_MS);
    mark(button, "data-armed", "");
    this.ask(button, one("[data-words]", button).textContent);
    return false;
  }

  disarm() {
    if (!this.button) return;
    clearTimeout(this.timer);
    mark(this.button, "data-armed", false);
    this.forget(this.button);
    this.button = null;
  }
}
