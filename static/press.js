// Presses of officers: kept until they are answered, sent one at a time, always under their own command_id. Pure: no DOM.
// A press that is sent twice is one press (its command_id), and one that comes too late calls nobody (its `seen`). So it is kept and
// sent again for as long as it takes; but what would call somebody is not sent long after it was pressed, unless the officer says so again.

import { ask } from "./ask.js";
import { backOff } from "./feed.js";

/**
 * @typedef {{command_id: string, do: string, [field: string]: any}} Command
 * @typedef {{command: Command, at: number}} Press  at: when it was pressed or meant again, by this device's clock; for its age only
 * @typedef {import("./ask.js").Answer} Answer
 * @typedef {"" | "network" | "pairing" | "old"} Trouble  why the first press still waits
 * @typedef {{
 *   url: string, key: string, storage: Storage | null,
 *   onChange: () => void,
 *   onAnswer: (press: Press, answer: Answer) => void,
 *   isMoot: (command: Command) => boolean,
 * }} Wish  isMoot: as far as is known now, the hub would refuse the command, or has carried it out already: sending it calls nobody
 */

const PRESSES_MAX = 20;
const PAIRING_MS = 10000;
/** After this the person whom a press would call may be gone, and the officer busy with something else. */
export const OLD_MS = 120000;
/** Orders that call somebody out. */
const CALLING = ["next", "recall", "call_out_of_order"];
const NOT_PAIRED = [401, 403];
/** Answers that say nothing about the command itself: the same command may well be carried out later. */
const TRY_AGAIN = [0, 408, 429];

export class Presses {
  /** @param {Wish} wish */
  constructor(wish) {
    this.wish = wish;
    /** @type {Press[]} what `storage` holds, or all there is where a page may store nothing */
    this.copy = [];
    /** @type {Map<string, number>} when this run of the page first saw a press, by a clock that nobody sets */
    this.seen = new Map();
    /** @type {Trouble} */
    this.trouble = "";
    this.attempt = 0;
    this.sending = false;
    this.timer = 0;
  }

  // Lifecycle

  /** Send what an earlier run of the page left behind, and look again as soon as the network is back. */
  start() {
    self.addEventListener("online", () => this.hurry());
    this.send();
  }

  // Actions

  /** Keep a command, then send it. False when too many wait already. @param {Command} command @returns {boolean} */
  press(command) {
    const waiting = this.waiting();
    if (waiting.length >= PRESSES_MAX) return false;
    this.keep(waiting.concat(this.fresh(command)));
    this.send();
    return true;
  }

  /** The officer means it still: it counts as pressed now. @param {string} id its command_id */
  confirm(id) {
    this.keep(this.waiting().map((press) => press.command.command_id === id ? this.fresh(press.command) : press));
    this.goOn();
  }

  /** The officer means it no more. @param {string} id its command_id */
  drop(id) {
    this.forget(id);
    this.goOn();
  }

  goOn() {
    this.trouble = "";
    this.hurry();
    this.wish.onChange();
  }

  /** There may be a way to the server again: do not sit out the pause. */
  hurry() {
    if (this.sending) return;
    clearTimeout(this.timer);
    this.send();
  }

  /** @returns {Press[]} what is not answered yet, oldest first */
  waiting() {
    try {
      if (this.wish.storage) this.copy = JSON.parse(this.wish.storage.getItem(this.wish.key) || "[]");
    } catch (_) {
      this.keep([]);
    }
    return this.copy;
  }

  /** @param {Press[]} presses */
  keep(presses) {
    this.copy = presses;
    try {
      if (this.wish.storage) this.wish.storage.setItem(this.wish.key, JSON.stringify(presses));
    } catch (_) {
      this.wish.storage = null;
    }
  }

  /** @param {Command} command @returns {Press} */
  fresh(command) {
    this.seen.set(command.command_id, performance.now());
    return { command, at: Date.now() };
  }

  /** @param {string} id */
  forget(id) {
    this.keep(this.waiting().filter((press) => press.command.command_id !== id));
    this.seen.delete(id);
  }

  /** How long ago it was pressed, in ms. Where the device's clock was set meanwhile, it is taken for older than it may be. @param {Press} press */
  age(press) {
    const id = press.command.command_id;
    if (!this.seen.has(id)) this.seen.set(id, performance.now());
    const here = performance.now() - /** @type {number} */ (this.seen.get(id));
    return Math.max(here, Math.abs(Date.now() - press.at));
  }

  /** The press that is not sent without another word of the officer. @returns {Press | undefined} */
  asked() {
    const press = this.waiting()[0];
    const asks = press && CALLING.includes(press.command.do) && this.age(press) > OLD_MS && !this.wish.isMoot(press.command);
    return asks ? press : undefined;
  }

  async send() {
    const press = this.waiting()[0];
    if (this.sending || !press) return;
    if (this.asked()) return this.ask();
    this.sending = true;
    const answer = await ask("POST", this.wish.url, press.command);
    this.sending = false;
    if (settles(answer)) this.settle(press, answer);
    else this.sendLater(answer);
    this.wish.onChange();
  }

  ask() {
    clearTimeout(this.timer);
    if (this.trouble === "old") return;
    this.trouble = "old";
    this.wish.onChange();
  }

  /** @param {Press} press @param {Answer} answer */
  settle(press, answer) {
    this.trouble = "";
    this.attempt = 0;
    this.wish.onAnswer(press, answer);
    this.forget(press.command.command_id);
    this.send();
  }

  /** @param {Answer} answer */
  sendLater(answer) {
    const unpaired = NOT_PAIRED.includes(answer.status);
    this.trouble = unpaired ? "pairing" : "network";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), unpaired ? PAIRING_MS : backOff(this.attempt, Math.random()));
    this.attempt += 1;
  }
}

/** Whether this is the server's word on the command. Anything may answer on a strange network, but not in this shape. @param {Answer} answer */
function settles({ status, body }) {
  if (status === 200) return typeof body.offset === "number";
  return status < 500 && !TRY_AGAIN.includes(status) && !NOT_PAIRED.includes(status) && typeof body.code === "string";
}
