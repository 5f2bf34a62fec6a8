// What the tablet and the desk share: one channel followed, commands pressed by forms, and the strip that says how they fare.
// A command is a form of the page: without this script the browser posts it; with it the same fields go as JSON, kept until answered.

import { all, mark, one, text } from "./dom.js";
import { commandId, follow } from "./feed.js";
import { Presses } from "./press.js";
import { say } from "./words.js";

/**
 * @typedef {import("./feed.js").Frame} Frame
 * @typedef {import("./press.js").Command} Command
 * @typedef {import("./press.js").Press} Press
 * @typedef {import("./press.js").Answer} Answer
 * @typedef {{
 *   render: (view: any) => void,
 *   renderClock: (now: number) => void,
 *   mayPress: (command: Command, waiting: Press[]) => boolean,
 *   pressed?: () => void,
 *   renderAge?: (age: import("./feed.js").Age) => void,
 * }} Parts  render: a newer view, or another press waits; renderClock: once a second, with the hub's time in Unix ms
 */

/** How long an answer waits for its frame before the view is asked for. */
const CATCH_UP_MS = 300;
/** A press that is answered within this is not worth a word on the way. */
const QUIET_MS = 1500;
const NUMBERS = ["counter", "minutes"];
const LISTS = ["agencies"];
const TICKS = ["speaks", "urgent"];

export class Staff {
  /** @param {any} page the page's data @param {Parts} parts */
  constructor(page, parts) {
    this.page = page;
    this.parts = parts;
    /** @type {Frame} */
    this.frame = page.frame;
    this.heard = { now: page.frame.at, at: performance.now() };
    /** Until the view shows what an answered press has brought about, that press counts as waiting. @type {{press: Press, offset: number} | null} */
    this.landing = null;
    /** @type {any} the button that was clicked: older browsers do not say which one submits a form */
    this.clicked = null;
    /** @type {Map<string, Element>} the pressed button of each command that waits, by command_id */
    this.pressed = new Map();
    this.catchUpTimer = 0;
    this.presses = new Presses({
      url: page.commands,
      key: `urut:${page.base}:${page.frame.channel}:${page.frame.epoch}`,
      storage: storage(),
      onChange: () => this.render(),
      onAnswer: (press, answer) => this.answered(press, answer),
    });
  }

  // Lifecycle

  start() {
    for (const button of all("button[disabled]")) {
      button.disabled = false;
      disable(button, true);
    }
    document.addEventListener("click", (event) => { this.clicked = /** @type {Element} */ (event.target).closest("button"); }, true);
    document.addEventListener("submit", (event) => this.submit(event));
    for (const { command } of this.presses.waiting()) {
      const button = one(`[data-command="${command.do}"] button`);
      if (button) this.pressed.set(command.command_id, button);
    }
    this.render();
    this.presses.start();
    const { base, frame } = this.page;
    follow({ base, channels: [frame.channel], frames: [frame], onFrame: (next) => this.apply(next), onAge: (age) => this.renderAge(age) });
    document.body.setAttribute("data-ready", "");
  }

  /** @param {Frame} frame */
  apply(frame) {
    if (frame.epoch !== this.frame.epoch) return location.reload();
    if (frame.offset < this.frame.offset) return;
    this.frame = frame;
    if (this.landing && frame.offset >= this.landing.offset) this.landed();
    this.render();
  }

  landed() {
    this.landing = null;
    clearTimeout(this.catchUpTimer);
  }

  /** Ask for the view, in case that its frame is late, or that there is nothing new to send. */
  async catchUp() {
    const landing = this.landing;
    try {
      const url = `${this.page.base}/views/${this.frame.channel}`;
      const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (answer.ok) this.apply(await answer.json());
    } catch (_) {
      // The feed goes on trying, and the head of the page tells the age of what is shown.
    }
    if (this.landing === landing) this.landed();
    this.render();
  }

  // Actions

  /** @param {Event} event */
  submit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.hasAttribute("data-command")) return;
    event.preventDefault();
    const button = this.clicked && form.contains(this.clicked) ? this.clicked : one("button", form);
    if (button.getAttribute("aria-disabled") === "true") return;
    const command = commandOf(form, button);
    if (!this.parts.mayPress(command, this.waiting())) return;
    this.tell("", "");
    this.pressed.set(command.command_id, button);
    if (!this.presses.press(command)) this.tell("refused", this.page.strings.full);
    form.reset();
    if (this.parts.pressed) this.parts.pressed();
    this.render();
  }

  /** @param {Press} press @param {Answer} answer */
  answered(press, answer) {
    if (answer.status === 200) {
      this.tell("saved", this.sentenceOf(answer.body.events));
      if (answer.body.offset <= this.frame.offset) return;
      this.landed();
      this.landing = { press, offset: answer.body.offset };
      this.catchUpTimer = setTimeout(() => this.catchUp(), CATCH_UP_MS);
    } else {
      this.tell(answer.body.code === "stale" ? "stale" : "refused", answer.body.sentence);
      this.catchUp();
    }
  }

  /** What is not settled yet, for whoever wants to press next. @returns {Press[]} */
  waiting() {
    return (this.landing ? [this.landing.press] : []).concat(this.presses.waiting());
  }

  /** The hub's time, Unix ms. */
  now() {
    return this.heard.now + performance.now() - this.heard.at;
  }

  /** What an entry did, by the last of its events that there are words for. @param {[string, any][]} events */
  sentenceOf(events) {
    const told = events.filter(([name]) => name in this.page.events).pop();
    return told ? say(this.page.events[told[0]], told[1]) : this.page.strings.saved;
  }

  // Render

  render() {
    this.parts.render(this.frame.view);
    const ids = this.waiting().map(({ command }) => command.command_id);
    for (const [id, button] of this.pressed) {
      mark(button, "data-pressed", ids.includes(id) ? "" : false);
      if (!ids.includes(id)) this.pressed.delete(id);
    }
    this.renderWaiting();
    this.parts.renderClock(this.now());
  }

  renderWaiting() {
    const strings = this.page.strings;
    const [first] = this.presses.waiting();
    const seconds = first ? Math.max(0, Math.round((Date.now() - first.at) / 1000)) : 0;
    const slow = first && (this.presses.trouble !== "" || seconds * 1000 > QUIET_MS);
    const strip = one("[data-waiting]");
    strip.hidden = !slow;
    mark(strip, "data-trouble", slow ? this.presses.trouble || "network" : false);
    if (!slow) return;
    text(one("[data-waiting-why]", strip), this.presses.trouble === "pairing" ? strings.unpaired : strings.network);
    const names = this.presses.waiting().map(({ command }) => strings.orders[command.do] || command.do);
    text(one("[data-waiting-what]", strip), names.join(", "));
    text(one("[data-waiting-age]", strip), duration(seconds * 1000));
  }

  /** @param {import("./feed.js").Age} age */
  renderAge(age) {
    if (age.now) this.heard = { now: age.now, at: performance.now() };
    if (age.connected && this.presses.trouble === "network" && !document.body.hasAttribute("data-connected")) this.presses.hurry();
    mark(document.body, "data-connected", age.connected ? "" : false);
    const place = one("[data-age]");
    place.setAttribute("data-seconds", String(age.seconds));
    mark(place, "data-stale", age.stale ? "" : false);
    text(place, say(age.stale ? this.page.strings.stale : this.page.strings.age, { n: age.seconds }));
    this.renderWaiting();
    this.parts.renderClock(this.now());
    if (this.parts.renderAge) this.parts.renderAge(age);
  }

  /** @param {"" | "saved" | "refused" | "stale"} kind @param {string} sentence */
  tell(kind, sentence) {
    const bad = kind === "refused" || kind === "stale";
    document.body.setAttribute("data-told", kind);
    text(one("[data-saved]"), bad ? "" : sentence);
    text(one("[data-refused]"), bad ? sentence : "");
  }
}

/** The command that a form would post, as this press of this button. @param {HTMLFormElement} form @param {HTMLButtonElement} button */
function commandOf(form, button) {
  /** @type {any} */
  const command = {};
  new FormData(form).forEach((value, name) => { command[name] = LISTS.includes(name) ? (command[name] || []).concat(value) : valueOf(name, value); });
  if (button.name) command[button.name] = button.value;
  if (command.seen === "") command.seen = null;
  return /** @type {Command} */ (Object.assign(command, { command_id: commandId() }));
}

/** @param {string} name @param {any} text */
function valueOf(name, text) {
  if (TICKS.includes(name)) return text === "true";
  return NUMBERS.includes(name) ? Number(text) : text;
}

function storage() {
  try {
    return self.localStorage;
  } catch (_) {
    return null;
  }
}

/** A button that cannot be pressed now keeps the focus, and can be found and read. @param {Element} button @param {boolean} off */
export function disable(button, off) {
  mark(button, "aria-disabled", off ? "true" : false);
}

/** ``3:07``, or ``1:02:07`` from an hour on. @param {number} ms */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${pad(minutes % 60)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

/**
 * Bring a list's rows in line with `items`: rows that stay keep their element (and the focus), new ones come from the list's template.
 * @param {any} list an element with `data-row` naming a template's id
 * @param {any[]} items @param {(item: any) => string} keyOf @param {(row: any, item: any) => void} fill
 */
export function renderRows(list, items, keyOf, fill) {
  const template = /** @type {any} */ (document.getElementById(list.dataset.row));
  const old = new Map(Array.from(list.children, (row) => [/** @type {any} */ (row).dataset.key, row]));
  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const row = old.get(key) || document.importNode(template.content, true).firstElementChild;
    old.delete(key);
    row.dataset.key = key;
    fill(row, item);
    if (row === place) place = place.nextElementSibling;
    else list.insertBefore(row, place);
  }
  for (const row of old.values()) row.remove();
}
