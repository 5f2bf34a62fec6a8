// How a phone calls its owner: it vibrates after any tap on the page, rings once its owner has switched that on, and says it in the title.
// Nothing flashes.
import { one, text } from "./dom.js";
import { say } from "./words.js";

const CALLED_MS = [400, 200, 400, 200, 900];
const SOON_MS = [200, 150, 200];
const CHIME_HZ = [784, 587];
const NOTE_S = 0.5;
const CALLED_CHIMES = 3;
const UNBROKEN_HYPHEN = "\u2011";
const STORED = "urut.soon.";

export class Alarm {
  /** @param {string} channel of the visit @param {any} strings */
  constructor(channel, strings) {
    this.strings = strings;
    this.stored = STORED + channel;
    /** @type {AudioContext | null} */
    this.sound = null;
    this.choice = one("[data-soon-at]");
    /** Tickets whose owner was told already that it is soon. @type {string[]} */
    this.told = [];
    /** @type {import("./cards.js").Ticket[]} */
    this.tickets = [];
    this.call = "";
    /** Nobody is called for what is on the page when it opens. */
    this.quiet = true;
  }

  start() {
    this.recall();
    const button = one("[data-sound]");
    button.hidden = !window.AudioContext;
    button.addEventListener("click", () => this.switchSound(button));
    this.choice.addEventListener("change", () => {
      this.told = [];
      this.look(this.tickets);
    });
  }

  /** Look at the tickets: whoever has come near is told once, whoever is called each time. @param {import("./cards.js").Ticket[]} tickets */
  look(tickets) {
    this.tickets = tickets;
    const call = callOf(tickets);
    if (call && call !== this.call) this.ring(CALLED_MS, CALLED_CHIMES);
    this.call = call;
    const soon = tickets.filter((ticket) => ticket.place && ticket.place.ahead <= this.limit());
    const fresh = soon.filter((ticket) => !this.told.includes(ticket.label));
    if (fresh.length && !call) this.ring(SOON_MS, 1);
    this.told = this.told.concat(fresh.map((ticket) => ticket.label));
    this.remember();
    this.quiet = false;
    this.say(tickets.find((ticket) => ticket.state === "called"), soon[0]);
  }

  /** With how many people ahead its owner wants to be told; with "" never. */
  limit() {
    return this.choice.value === "" ? -1 : Number(this.choice.value);
  }

  /** @param {import("./cards.js").Ticket | undefined} called @param {import("./cards.js").Ticket | undefined} soon */
  say(called, soon) {
    const near = !called && soon && soon.place ? say(this.strings.soon, { label: soon.label.replace("-", UNBROKEN_HYPHEN), n: soon.place.ahead }) : "";
    const place = one("[data-soon]");
    text(place, near);
    place.hidden = !near;
    document.title = called ? say(this.strings.called, { label: called.label, counter: called.counter }) : near || this.strings.title;
  }

  /** @param {number[]} vibration @param {number} chimes */
  ring(vibration, chimes) {
    if (this.quiet) return;
    scrollTo(0, 0);
    // A browser that knows of taps says when there was none yet; then it would only complain.
    const taps = /** @type {any} */ (navigator).userActivation;
    if (navigator.vibrate && (!taps || taps.hasBeenActive)) navigator.vibrate(vibration);
    this.chime(chimes);
  }

  /** @param {HTMLElement} button */
  switchSound(button) {
    if (this.sound) this.sound.close();
    this.sound = this.sound ? null : new AudioContext();
    one("[data-on]", button).hidden = !this.sound;
    one("[data-off]", button).hidden = Boolean(this.sound);
    this.chime(1);
  }

  /** @param {number} times */
  chime(times) {
    const { sound } = this;
    if (!sound) return;
    for (let note = 0; note < times * CHIME_HZ.length; note += 1) {
      const from = sound.currentTime + note * NOTE_S;
      const tone = sound.createOscillator();
      const loudness = sound.createGain();
      tone.frequency.value = CHIME_HZ[note % CHIME_HZ.length];
      loudness.gain.setValueAtTime(0.6, from);
      loudness.gain.exponentialRampToValueAtTime(0.001, from + NOTE_S);
      tone.connect(loudness).connect(sound.destination);
      tone.start(from);
      tone.stop(from + NOTE_S);
    }
  }

  /** What was chosen on this phone before, where it remembers anything. */
  recall() {
    try {
      const { limit, told } = JSON.parse(localStorage.getItem(this.stored) || "");
      this.choice.value = limit;
      this.told = told;
    } catch (error) {
      // It remembers nothing.
    }
  }

  remember() {
    try {
      localStorage.setItem(this.stored, JSON.stringify({ limit: this.choice.value, told: this.told }));
    } catch (error) {
      // It may not: then one is told again after the page was opened again.
    }
  }
}

/** Which call rings now: another value for each call and recall, "" for none. @param {import("./cards.js").Ticket[]} tickets */
function callOf(tickets) {
  const called = tickets.find((ticket) => ticket.state === "called");
  return called ? `${called.call_offset}:${called.calls}` : "";
}
