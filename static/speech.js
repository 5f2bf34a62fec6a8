// What the loudspeaker of a hall says, and when: one thing at a time, in the order of the log. What is seen never waits for it.
// SpeechQueue and Speaker are pure; speakCalls gives them the browser.

import { FRESH_MS } from "./calls.js";

/**
 * @typedef {import("./calls.js").Call} Call
 * @typedef {import("./calls.js").Memory} Memory
 * @typedef {"played" | "failed" | "locked"} Outcome
 * @typedef {"on" | "locked" | "none"} SoundState  heard; the browser wants a key pressed first; this screen says nothing
 */

/** Before a sentence is said once more. */
const REST_MS = 1000;
/** Between two calls of a row, so that nobody takes the one's counter for the other's. */
const BREATH_MS = 250;
/** No sound takes so long: a device that has not played it by then will not. */
const SOUND_MS_MAX = 20000;

export class SpeechQueue {
  /** @param {Memory} memory what an earlier run of the page has said */
  constructor(memory) {
    this.epoch = memory.epoch;
    this.said = new Map(memory.shown);
    /** @type {Map<number, Call>} */
    this.calls = new Map();
  }

  /** Take the calls of a newer frame: what is not told any more was undone, or is old. @param {{epoch: string, view: any}} frame */
  take(frame) {
    if (frame.epoch !== this.epoch) this.said.clear();
    this.epoch = frame.epoch;
    /** @type {Call[]} */
    const told = frame.view.speech || [];
    this.calls = new Map(told.map((call) => /** @type {[number, Call]} */ ([call.call_offset, call])));
    // Nor is it called again: so a screen that runs for days keeps a small memory.
    for (const offset of this.said.keys()) if (!this.calls.has(offset)) this.said.delete(offset);
  }

  /** Calls still to be said, in the order of the log. @param {number} now the hub's time, ms @returns {Call[]} */
  waiting(now) {
    return Array.from(this.calls.values())
      .filter((call) => call.calls > (this.said.get(call.call_offset) || 0) && now - call.at <= FRESH_MS)
      .sort((one, other) => one.at - other.at || one.call_offset - other.call_offset);
  }

  /** Whether the call still stands: it was not undone. @param {Call} call */
  stands(call) {
    return this.calls.has(call.call_offset);
  }

  /** @param {Call} call */
  markSaid(call) {
    this.said.set(call.call_offset, call.calls);
  }

  /** @returns {Memory} */
  memory() {
    return { epoch: this.epoch, shown: Array.from(this.said) };
  }
}

/** What is said of a call or of its recall. @param {number} calls */
const formOf = (calls) => (calls < 2 ? "full" : calls === 2 ? "second" : "last");

export class Speaker {
  /**
   * Says what waits in the queue. `chime` and `sentence` play a sound to its end, `hush` ends the sentence now; `rest` waits.
   * @param {SpeechQueue} queue
   * @param {{
   *   now: () => number, languages: string[], rest: (ms: number) => Promise<unknown>, chime: () => Promise<Outcome>, hush: () => void,
   *   sentence: (call: Call, language: string, form: string) => Promise<Outcome>, onSaid?: () => void,
   * }} parts
   */
  constructor(queue, parts) {
    this.queue = queue;
    this.parts = parts;
    this.speaking = false;
    /** @type {Call | null} what is being said once more */
    this.repeated = null;
    /** Whether the next call follows another without a pause. */
    this.inRow = false;
  }

  /** Something may wait. Says all of it, one call after the other; while it is speaking, only a repetition gives way. */
  async wake() {
    if (this.repeated && !this.mayRepeat(this.repeated)) this.parts.hush();
    if (this.speaking) return;
    this.speaking = true;
    this.inRow = false;
    try {
      while (this.next() && await this.say());
    } finally {
      this.speaking = false;
    }
  }

  /** @returns {Call | undefined} */
  next() {
    return this.queue.waiting(this.parts.now())[0];
  }

  /** Say the next call. With others behind it, only number and counter; the chime rings before the first of a row. False when locked. */
  async say() {
    const { chime, languages, rest, sentence, now, onSaid } = this.parts;
    if (this.inRow) await rest(BREATH_MS);
    if ((!this.inRow || !languages.length) && await chime() === "locked") return false;
    const [call, ...behind] = this.queue.waiting(now());
    if (!call) return true;
    this.queue.markSaid(call);
    if (onSaid) onSaid();
    const form = behind.length ? "short" : formOf(call.calls);
    if (languages.length && await sentence(call, languages[0], form) === "locked") return false;
    this.inRow = this.next() !== undefined;
    await this.repeat(call, form);
    return true;
  }

  /** Say it once more, or in the other languages; a call that comes cuts it off. @param {Call} call @param {string} form */
  async repeat(call, form) {
    const { languages, rest, sentence } = this.parts;
    for (const language of languages.length > 1 ? languages.slice(1) : languages) {
      if (!this.mayRepeat(call)) return;
      await rest(REST_MS);
      if (!this.mayRepeat(call)) return;
      this.repeated = call;
      await sentence(call, language, form);
      this.repeated = null;
    }
  }

  /** Whether there is time for a repetition: nobody else is to be called, and the call was not undone. @param {Call} call */
  mayRepeat(call) {
    return !this.next() && this.queue.stands(call);
  }
}

/** What became of the sounds of a page, told when it changes. */
class Sound {
  /** @param {(state: SoundState) => void} onSound */
  constructor(onSound) {
    this.onSound = onSound;
    /** @type {SoundState | ""} */
    this.state = "";
  }

  /** @param {SoundState} state */
  tell(state) {
    if (state !== this.state) this.onSound(this.state = state);
  }

  /** Play a sound to its end. @param {HTMLAudioElement} audio @param {string} url */
  async heard(audio, url) {
    const outcome = await playToEnd(audio, url);
    if (outcome !== "failed") this.tell(outcome === "locked" ? "locked" : "on");
    return outcome;
  }
}

/**
 * Say the calls of each frame given to `take`. Sounds come from `base`, the address of the bazaar's voice.
 * @param {{base: string, languages: string[], key: string, now: () => number, onSound: (state: SoundState) => void}} wish
 */
export function speakCalls({ base, languages, key, now, onSound }) {
  const memory = `urut:said:${key}`;
  const queue = new SpeechQueue(JSON.parse(sessionStorage.getItem(memory) || `{"epoch":"","shown":[]}`));
  const bell = new Audio(), mouth = new Audio(), probe = new Audio();
  const kind = mouth.canPlayType("audio/mpeg") ? "mp3" : "wav";
  const sound = new Sound(onSound);
  const speaker = new Speaker(queue, {
    now, languages, rest: (ms) => new Promise((done) => setTimeout(done, ms)),
    chime: () => sound.heard(bell, `${base}/chime.wav`),
    sentence: (call, language, form) => sound.heard(mouth, `${base}/${language}/${call.label}/${call.counter}/${form}.${kind}`),
    hush: () => mouth.pause(),
    onSaid: () => sessionStorage.setItem(memory, JSON.stringify(queue.memory())),
  });
  // Whether a browser plays is known only when it was asked to: at the start, and again at each key until it does.
  let asking = false;
  const listen = async () => {
    if (asking || sound.state === "none" || sound.state === "on") return;
    asking = true;
    const outcome = await sound.heard(probe, `${base}/silence.wav`);
    asking = false;
    if (outcome === "played") await speaker.wake();
  };
  for (const gesture of ["keydown", "pointerdown", "click"]) document.addEventListener(gesture, listen);
  return {
    /** @param {{epoch: string, view: any}} frame */
    take(frame) {
      queue.take(frame);
      if (frame.view.speech === null) return sound.tell("none");
      if (sound.state === "on") return speaker.wake();
      if (sound.state === "none") sound.state = "";
      return listen();
    },
    /** How many calls wait to be said. */
    unsaid: () => queue.waiting(now()).length,
  };
}

/** Play a sound to its end, however it ends. @param {HTMLAudioElement} audio @param {string} url @returns {Promise<Outcome>} */
function playToEnd(audio, url) {
  return new Promise((done) => {
    /** @param {Outcome} outcome */
    const end = (outcome) => {
      clearTimeout(timer);
      audio.onended = audio.onpause = audio.onerror = null;
      done(outcome);
    };
    const timer = setTimeout(() => {
      audio.pause();
      end("failed");
    }, SOUND_MS_MAX);
    audio.onended = audio.onpause = () => end("played");
    audio.onerror = () => end("failed");
    // A sound that was cut off begins anew.
    if (audio.getAttribute("src") !== url || !audio.ended) audio.src = url;
    audio.play().catch((fault) => end(fault.name === "NotAllowedError" ? "locked" : "failed"));
  });
}
