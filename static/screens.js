// The desk's screens and devices: their rows follow the desk's view, and their states are asked for again and again.

import { ask } from "./ask.js";
import { all, mark, one, renderRows, text } from "./dom.js";
import { say } from "./words.js";

const ASK_MS = 5000;

/**
 * @typedef {{code: string, name: any, agencies: string[], zone: string, speaks: boolean}} Screen
 * @typedef {{device: string, kind: string, which: string, state: string, light: string, at: number | null, count: number, old: boolean, missing: string[]}} Device
 */

export class Screens {
  /** @param {any} strings @param {Intl.DateTimeFormat} clock */
  constructor(strings, clock) {
    this.strings = strings;
    this.clock = clock;
    /** @type {Screen[]} */
    this.screens = [];
    /** @type {Map<string, Device>} */
    this.devices = new Map();
    this.look();
  }

  // Actions

  async look() {
    const { ok, body } = await ask("GET", one("[data-devices]").dataset.devices);
    if (ok) this.heard(body);
    setTimeout(() => this.look(), ASK_MS);
  }

  /** @param {{devices: Device[], day_code: string}} answer */
  heard(answer) {
    this.devices = new Map(answer.devices.map((device) => [device.device, device]));
    const code = one("[data-day-code]");
    code.hidden = !answer.day_code;
    text(one("b", code), answer.day_code);
    this.render(this.screens);
  }

  // Render

  /** @param {Screen[]} screens */
  render(screens) {
    this.screens = screens;
    renderRows(one("[data-screens]"), screens, (screen) => screen.code, (row, screen) => this.renderScreen(row, screen));
    const others = Array.from(this.devices.values()).filter((device) => device.kind !== "screen");
    renderRows(one("[data-others]"), others, (device) => device.device, (row, device) => {
      row.dataset.device = device.device;
      text(one("[data-name]", row), `${this.strings.kinds[device.kind] || device.kind} ${device.which}`);
      this.renderState(row, device);
    });
  }

  /** The form's own values change only where the organiser is not changing them. @param {any} row @param {Screen} screen */
  renderScreen(row, screen) {
    const name = wordsOf(screen.name);
    row.dataset.screen = screen.code;
    text(one("[data-name]", row), name);
    for (const field of all("[name=screen]", row)) field.value = screen.code;
    one("[name=name]", row).defaultValue = name;
    for (const box of all("[name=agencies]", row)) box.defaultChecked = screen.agencies.includes(box.value);
    one("[name=speaks]", row).defaultChecked = screen.speaks;
    this.renderZones(one("[data-zones]", row), screen);
    const link = one("[data-address]", row);
    link.href = link.href.replace(/[^/]*$/, screen.code);
    const device = this.devices.get(`screen/${screen.code}`);
    if (device) this.renderState(row, device);
  }

  /** The zones that there are, by the names of their screens. @param {any} select @param {Screen} screen */
  renderZones(select, screen) {
    const zones = new Map([[screen.code, this.strings.own_zone]]);
    for (const other of this.screens) {
      if (other.zone === screen.code) continue;
      const before = zones.get(other.zone);
      zones.set(other.zone, before ? `${before}, ${wordsOf(other.name)}` : wordsOf(other.name));
    }
    const wanted = JSON.stringify([Array.from(zones), screen.zone]);
    if (select.dataset.shown === wanted) return;
    select.dataset.shown = wanted;
    select.textContent = "";
    for (const [zone, names] of zones) select.append(new Option(names, zone, zone === screen.zone, zone === screen.zone));
  }

  /** @param {any} row @param {Device} device */
  renderState(row, device) {
    const light = one("[data-light]", row);
    mark(light, "data-light", device.light);
    mark(light, "data-state", device.state);
    text(light, this.strings.states[device.state] || device.state);
    const notes = [];
    if (device.kind === "screen" && device.count > 1) notes.push(say(this.strings.tvs, { n: device.count }));
    if (device.at && device.state === "away") notes.push(say(this.strings.heard, { time: this.clock.format(device.at) }));
    if (device.old) notes.push(this.strings.old);
    if (device.missing.length) notes.push(say(this.strings.missing, { labels: device.missing.join(" ") }));
    text(one("[data-note]", row), notes.join(" · "));
  }
}

/** @param {string | {[lang: string]: string}} words */
function wordsOf(words) {
  if (typeof words === "string") return words;
  return words[document.documentElement.lang] || words.id || Object.keys(words).map((lang) => words[lang])[0];
}
