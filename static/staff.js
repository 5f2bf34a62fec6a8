// What the tablet and the desk share: one channel followed, commands pressed by forms, and the strip that says how they fare.
// A command is a form of the page: without this script the browser posts it; with it the same fields go as JSON, kept until answered.

import { ask } from "./ask.js";
import { all, disable, mark, one, text } from "./dom.js";
import { commandId, follow } from "./feed.js";
import { LATE_MS, Outbox } from "./outbox.js";
import { Presses } from "./press.js";
import { duration, say } from "./words.js";

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
 *   isMeant?: (form: HTMLFormElement, button: Element) => boolean,
 *   isMoot?: (command: Command, view: any) => boolean,
 *   renderAge?: (age: import("./feed.js").Age) => void,
 * }} Parts  render: a newer view, or another press waits; renderClock: once a second, with the hub's time in Unix ms;
 *   isMeant: whether this was pressed often enough for what it does; isMoot: as in press.js, by what the view shows
 */

/** How long an answer waits for its frame before the view is asked for. */
const CATCH_UP_MS = 300;
/** A press that is answered within this is not worth a word on the way. */
const QUIET_MS = 1500;
/** How long a button says that its press was carried out. */
const SENT_MS = 1500;
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
    /** Whether the view is known to be true now: the page comes with it. */
    this.knows = true;
    this.clock = new Intl.DateTimeFormat("id-ID", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: page.timezone });
    const store = storage();
    const key = `urut:${page.base}:${page.frame.channel}:${page.frame.epoch}`;
    this.presses = new Presses({
      url: page.commands,
      key,
      storage: store,
      onChange: () => this.render(),
      onAnswer: (press, answer) => this.answered(press, answer),
      isMoot: (command) => Boolean(this.knows && parts.isMoot && parts.isMoot(command, this.frame.view)),
    });
    this.outbox = new Outbox(this.presses, page.strings, store, `${key}:refused`, (words) => this.tell("saved", words));
  }

  // Lifecycle

  start() {
    for (const button of all("button[disabled]")) {
      button.disabled = false;
      disable(button, true);
    }
    document.addEventListener("click", (event) => { this.clicked = /** @type {Element} */ (event.target).closest("button"); }, true);
    document.addEventListener("submit", (event) => this.submit(event));
    // A tablet that slept knows nothing of what happened meanwhile, and its clocks may have stood still.
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.catchUp());
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
    if (this.presses.trouble === "old") this.presses.hurry();
    this.render();
  }

  landed() {
    this.landing = null;
    clearTimeout(this.catchUpTimer);
  }

  /** Ask for the view, in case that its frame is late, or that there is nothing new to send. */
  async catchUp() {
    const landing = this.landing;
    const { ok, body } = await ask("GET", `${this.page.base}/views/${this.frame.channel}`);
    if (ok) this.apply(body);
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
    const asked = this.presses.asked();
    if (asked && asked.command.do === command.do) return this.presses.confirm(asked.command.command_id);
    if (!this.parts.mayPress(command, this.waiting())) return;
    if (this.parts.isMeant && !this.parts.isMeant(form, button)) return;
    this.tell("", "");
    this.pressed.set(command.command_id, button);
    if (!this.presses.press(command)) this.tell("refused", this.page.strings.full);
    form.reset();
    if (this.parts.pressed) this.parts.pressed();
    this.render();
  }

  /** @param {Press} press @param {Answer} answer */
  answered(press, answer) {
    const age = this.presses.age(press);
    this.flash(press, answer.status === 200 ? this.page.strings.sends.sent : "");
    if (answer.status === 200) {
      const sentence = this.sentenceOf(answer.body.events);
      this.tell("saved", age > LATE_MS ? say(this.page.strings.late, { sentence, ago: duration(age) }) : sentence);
      if (answer.body.offset <= this.frame.offset) return;
      this.landed();
      this.landing = { press, offset: answer.body.offset };
      this.catchUpTimer = setTimeout(() => this.catchUp(), CATCH_UP_MS);
    } else {
      this.tell(answer.body.code === "stale" ? "stale" : "refused", answer.body.sentence);
      if (age > LATE_MS) this.outbox.refused(press, answer.body.sentence);
      this.catchUp();
    }
  }

  /** Let the pressed button say for a moment how it went. @param {Press} press @param {string} words */
  flash(press, words) {
    const button = this.pressed.get(press.command.command_id);
    if (!button) return;
    sayState(button, words);
    if (words) this.fade(button);
  }

  /** Take the word off again, once no press of this button waits any more: others may wait for long. @param {Element} button */
  fade(button) {
    const waits = () => this.waiting().some(({ command }) => this.pressed.get(command.command_id) === button);
    setTimeout(() => waits() ? this.fade(button) : sayState(button, ""), SENT_MS);
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
      const waits = ids.includes(id);
      mark(button, "data-pressed", waits ? "" : false);
      if (waits) sayState(button, this.stateOf(id));
      else this.pressed.delete(id);
    }
    this.renderWaiting();
    this.parts.renderClock(this.now());
  }

  /** How a press that waits fares, in words. @param {string} id its command_id */
  stateOf(id) {
    const states = this.page.strings.sends;
    if (this.landing && this.landing.press.command.command_id === id) return states.sent;
    return states[this.presses.trouble] || states.sending;
  }

  renderWaiting() {
    const strings = this.page.strings;
    this.outbox.render();
    const [first] = this.presses.waiting();
    const age = first ? this.presses.age(first) : 0;
    const slow = first && (this.presses.trouble !== "" || age > QUIET_MS);
    const strip = one("[data-waiting]");
    strip.hidden = !slow;
    mark(strip, "data-trouble", slow ? this.presses.trouble || "network" : false);
    if (!slow) return;
    text(one("[data-waiting-why]", strip), this.presses.trouble === "pairing" ? strings.unpaired : strings[this.presses.trouble || "network"]);
    const names = this.presses.waiting().map(({ command }) => strings.orders[command.do] || command.do);
    text(one("[data-waiting-what]", strip), names.join(", "));
    text(one("[data-waiting-age]", strip), duration(age));
  }

  /** @param {import("./feed.js").Age} age */
  renderAge(age) {
    if (age.now) this.heard = { now: age.now, at: performance.now() };
    this.knows = age.connected && !age.stale;
    if (this.presses.trouble === "old" || age.connected && this.presses.trouble && !document.body.hasAttribute("data-connected")) this.presses.hurry();
    mark(document.body, "data-connected", age.connected ? "" : false);
    const place = one("[data-age]");
    place.setAttribute("data-seconds", String(age.seconds));
    mark(place, "data-stale", age.stale ? "" : false);
    const since = { n: age.seconds, ago: duration(age.seconds * 1000), time: this.clock.format(this.now() - age.seconds * 1000) };
    text(place, say(age.stale ? this.page.strings.stale : this.page.strings.age, since));
    this.renderWaiting();
    this.parts.renderClock(this.now());
    if (this.parts.renderAge) this.parts.renderAge(age);
  }

  /** @param {"" | "saved" | "asked" | "refused" | "stale"} kind @param {string} sentence */
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

/** @param {Element} button @param {string} words */
export function sayState(button, words) {
  const place = one("[data-send-state]", button);
  if (place) text(place, words);
}

function storage() {
  try {
    return self.localStorage;
  } catch (_) {
    return null;
  }
}
