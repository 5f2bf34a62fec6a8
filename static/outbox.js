// The presses that are not carried out yet, and those that never will be: each with its age, why, and what the officer may do about it.

import { mark, one, renderRows, text } from "./dom.js";
import { duration, say } from "./words.js";

/**
 * @typedef {import("./press.js").Press} Press
 * @typedef {{id: string, what: string, ago: number, why: string}} Notice  a press that was refused: how long it had waited (ms), and the reason in words
 */

/** A press that is answered within this needs no line of its own. */
export const LATE_MS = 5000;
const NOTICES_MAX = 5;

export class Outbox {
  /**
   * @param {import("./press.js").Presses} presses @param {any} strings the page's words
   * @param {Storage | null} storage @param {string} key where notices are kept until they are read, also over a reload
   * @param {(words: string) => void} onDrop
   */
  constructor(presses, strings, storage, key, onDrop) {
    this.presses = presses;
    this.strings = strings;
    this.storage = storage;
    this.key = key;
    this.onDrop = onDrop;
    /** @type {Notice[]} */
    this.notices = this.kept();
    one("[data-outbox]").addEventListener("click", (/** @type {Event} */ event) => this.act(event));
  }

  // Actions

  /** @param {Press} press @param {string} why */
  refused(press, why) {
    const notice = { id: press.command.command_id, what: this.nameOf(press), ago: this.presses.age(press), why };
    this.keep(this.notices.concat(notice).slice(-NOTICES_MAX));
  }

  /** @param {Event} event */
  act(event) {
    const button = /** @type {Element} */ (event.target).closest("[data-do]");
    if (!button) return;
    const id = /** @type {any} */ (button.closest("[data-press]")).dataset.key;
    if (button.getAttribute("data-do") === "send") this.presses.confirm(id);
    else if (this.notices.some((notice) => notice.id === id)) this.keep(this.notices.filter((notice) => notice.id !== id));
    else this.drop(id);
    this.render();
  }

  /** @param {string} id */
  drop(id) {
    this.presses.drop(id);
    this.onDrop(this.strings.dropped);
  }

  // Render

  render() {
    const asked = this.presses.asked();
    const waiting = this.presses.waiting().filter((press) => press === asked || this.presses.age(press) > LATE_MS);
    const rows = this.notices.map((notice) => ({ ...notice, kind: "refused" })).concat(waiting.map((press) => this.rowOf(press, asked)));
    one("[data-outbox]").hidden = rows.length === 0;
    renderRows(one("[data-outbox-list]"), rows, (row) => row.id, (place, row) => {
      mark(place, "data-kind", row.kind);
      text(one("[data-what]", place), row.what);
      text(one("[data-ago]", place), say(this.strings.pressed_ago, { ago: duration(row.ago) }));
      text(one("[data-why]", place), row.why);
      one("[data-do=send]", place).hidden = row.kind !== "asked";
      text(one("[data-do=drop]", place), row.kind === "refused" ? this.strings.understood : this.strings.drop);
    });
  }

  /** @param {Press} press @param {Press | undefined} asked */
  rowOf(press, asked) {
    const isAsked = asked !== undefined && press.command.command_id === asked.command.command_id;
    const why = isAsked ? "old" : asked ? "behind" : this.presses.trouble || "network";
    return { id: press.command.command_id, kind: isAsked ? "asked" : "waiting", what: this.nameOf(press), ago: this.presses.age(press), why: this.strings.why[why] };
  }

  /** @param {Press} press */
  nameOf({ command }) {
    const name = this.strings.orders[command.do] || command.do;
    return command.ticket ? `${name} ${command.ticket}` : name;
  }

  // Memory

  /** @returns {Notice[]} */
  kept() {
    try {
      return JSON.parse((this.storage && this.storage.getItem(this.key)) || "[]");
    } catch (_) {
      return [];
    }
  }

  /** @param {Notice[]} notices */
  keep(notices) {
    this.notices = notices;
    try {
      if (this.storage) this.storage.setItem(this.key, JSON.stringify(notices));
    } catch (_) {
      // Where nothing may be stored, a notice lasts as long as the page.
    }
  }
}
