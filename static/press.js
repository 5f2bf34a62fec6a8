// Presses of officers: kept until they are answered, sent one at a time, always under their own command_id. Pure: no DOM.
// A press that is sent twice is one press (its command_id), and one that comes too late calls nobody (its `seen`). So it is kept and
// sent again for as long as it takes.

import { backOff } from "./feed.js";

/**
 * @typedef {{command_id: string, do: string, [field: string]: any}} Command
 * @typedef {{command: Command, at: number}} Press  at: when it was pressed, by this device's clock; for its age only
 * @typedef {{status: number, body: any}} Answer  status 0: none came
 * @typedef {"" | "network" | "pairing"} Trouble  why the first press still waits
 * @typedef {{url: string, key: string, storage: Storage | null, onChange: () => void, onAnswer: (press: Press, answer: Answer) => void}} Wish
 */

const ANSWER_MS_MAX = 8000;
const PRESSES_MAX = 20;
const PAIRING_MS = 10000;
const NOT_PAIRED = [401, 403];
/** Answers that say nothing about the command itself: the same command may well be carried out later. */
const TRY_AGAIN = [0, 408, 429];

export class Presses {
  /** @param {Wish} wish */
  constructor(wish) {
    this.wish = wish;
    /** @type {Press[]} what `storage` holds, or all there is where a page may store nothing */
    this.copy = [];
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
    this.keep(waiting.concat({ command, at: Date.now() }));
    this.send();
    return true;
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

  async send() {
    const press = this.waiting()[0];
    if (this.sending || !press) return;
    this.sending = true;
    const answer = await post(this.wish.url, press.command);
    this.sending = false;
    if (settles(answer)) this.settle(press, answer);
    else this.sendLater(answer);
    this.wish.onChange();
  }

  /** @param {Press} press @param {Answer} answer */
  settle(press, answer) {
    this.trouble = "";
    this.attempt = 0;
    this.keep(this.waiting().filter((other) => other.command.command_id !== press.command.command_id));
    this.wish.onAnswer(press, answer);
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

/** @param {string} url @param {Command} command @returns {Promise<Answer>} */
function post(url, command) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Content-Type", "application/json");
    request.setRequestHeader("Accept", "application/json");
    request.timeout = ANSWER_MS_MAX;
    request.onloadend = () => resolve({ status: request.status, body: parsed(request.responseText) });
    request.send(JSON.stringify(command));
  });
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text) || {};
  } catch (_) {
    return {};
  }
}
