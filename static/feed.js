// Follows channels of a hub: connects, backs off, applies only what moves forward. Of the page it knows only how old it was, so every page shares it.
// The protocol stands in docs/protocol.md: every frame is the whole truth of its channel.

import { Poll } from "./poll.js";

/**
 * @typedef {{channel: string, epoch: string, offset: number, at: number, view: any, head: string}} Frame
 * @typedef {{seconds: number, stale: boolean, connected: boolean, offset: number, epoch: string, head: string, now: number, bytes: number}} Age
 *   seconds: age of the data; stale: so old that people must be told; now: the hub's time in Unix ms (0 before the first frame);
 *   bytes: what this feed has received
 * @typedef {{base: string, channels: string[], frames?: Frame[], seconds?: number, as?: string, onFrame: (frame: Frame) => void, onAge?: (age: Age) => void}} Wish
 *   seconds: the age of `frames`, where it is not that of the page's own
 */

const SUBPROTOCOL = "urut.v1.json";
const BACK_OFF_MS_MIN = 500;
const BACK_OFF_MS_MAX = 10000;
/** A hub says something every 10 s. A dead link says nothing and closes nothing, so silence itself is the sign. */
const SILENCE_MS_MAX = 25000;
/** Data of this age is said to be old. */
const STALE_S = 25;
const TICK_MS = 1000;
/** So many sockets that never spoke, and the frames are asked for instead: something on the way lets no sockets through. */
const MUTE_SOCKETS_MAX = 2;
/** The hub restarts or moves us (close codes 1001, 1012): another is there at once, so only spread the crowd a little. */
const MOVED_CODES = [1001, 1012];
const MOVED_SPREAD_MS = 1000;

/**
 * Follow `channels` under `base` ("/mayangan"). `frames` are those already on the page; `onFrame` gets only later ones.
 * @param {Wish} wish
 * @returns {{close: () => void, hurry: () => void}} hurry: there is a way to the hub again; leave whatever still waits
 */
export function follow(wish) {
  const feed = new Feed(wish);
  feed.start();
  return { close: () => feed.close(), hurry: () => feed.hurry() };
}

/** How old the page's frames were when it was made: a hub that lost its store still serves pages. */
export function secondsBehind() {
  return Number(document.body.dataset.behind || 0);
}

/** 24 url-safe characters; also without a secure context, where crypto.randomUUID is missing. */
export function commandId() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_");
}

/** The wait before attempt n (0, 1, 2 …): full jitter over a doubling range. @param {number} attempt @param {number} chance 0…1 */
export function backOff(attempt, chance) {
  const range = Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS_MIN * Math.pow(2, attempt + 1));
  return BACK_OFF_MS_MIN + chance * (range - BACK_OFF_MS_MIN);
}

class Feed {
  /** @param {Wish} wish */
  constructor(wish) {
    this.wish = wish;
    /** @type {Map<string, {epoch: string, offset: number}>} */
    this.positions = new Map();
    /** @type {WebSocket | null} */
    this.socket = null;
    this.connected = false;
    this.attempt = 0;
    this.bytes = 0;
    this.mute = 0;
    /** @type {Poll | null} */
    this.poll = null;
    this.heardAt = performance.now();
    this.news = { at: 0, heardAt: performance.now(), offset: 0, epoch: "", head: "" };
    this.retryTimer = 0;
    this.tickTimer = 0;
    this.wake = () => this.connect();
    for (const frame of wish.frames || []) {
      this.moves(frame);
      this.learn(frame);
    }
    this.news.heardAt -= 1000 * (wish.seconds === undefined ? secondsBehind() : wish.seconds);
  }

  // Lifecycle

  start() {
    this.tickTimer = setInterval(() => this.tick(), TICK_MS);
    self.addEventListener("online", this.wake);
    this.connect();
  }

  close() {
    clearInterval(this.tickTimer);
    self.removeEventListener("online", this.wake);
    this.drop();
    this.endPoll();
  }

  connect() {
    this.drop();
    this.heardAt = performance.now();
    const socket = new WebSocket(this.address(), SUBPROTOCOL);
    socket.onmessage = (message) => this.receive(message.data);
    socket.onclose = (event) => this.lost(event.code);
    this.socket = socket;
  }

  /** There is a way to the hub again: whatever waits for the old one is left. */
  hurry() {
    this.missed();
    this.connect();
  }

  /** Leave the socket behind for good: on a dead link its own close event may never come. */
  drop() {
    clearTimeout(this.retryTimer);
    this.connected = false;
    if (!this.socket) return;
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }

  /** @param {number} code */
  lost(code) {
    this.missed();
    this.drop();
    const moved = MOVED_CODES.includes(code) && this.attempt === 0;
    const wait = moved ? Math.random() * MOVED_SPREAD_MS : backOff(this.attempt, Math.random());
    this.attempt += 1;
    this.retryTimer = setTimeout(() => this.connect(), wait);
  }

  tick() {
    if (this.socket && performance.now() - this.heardAt > SILENCE_MS_MAX) {
      this.missed();
      this.connect();
    }
    this.tellAge();
  }

  /** A socket is gone. When none ever speaks, ask for the frames one by one; a socket that speaks ends that. */
  missed() {
    if (this.connected) return;
    this.mute += 1;
    if (this.mute >= MUTE_SOCKETS_MAX && !this.poll) this.ask();
  }

  ask() {
    this.poll = new Poll(this.wish.base, this.wish.channels, this.positions, (frame, size) => this.apply(frame, size), (news) => this.learn(news));
  }

  endPoll() {
    this.mute = 0;
    if (this.poll) this.poll.close();
    this.poll = null;
  }

  address() {
    const url = new URL(this.wish.base + "/live", self.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("channels", this.wish.channels.join(","));
    const have = Array.from(this.positions, ([channel, { epoch, offset }]) => `${channel}@${epoch}:${offset}`);
    if (have.length) url.searchParams.set("have", have.join(","));
    if (this.wish.as) url.searchParams.set("as", this.wish.as);
    return url.href;
  }

  // Actions

  /** @param {string} text */
  receive(text) {
    const frame = JSON.parse(text);
    this.heardAt = performance.now();
    this.attempt = 0;
    this.endPoll();
    const moves = this.apply(frame, text.length);
    if (!this.connected || moves) {
      this.connected = true;
      this.tellAge();
    }
  }

  /** Whether a frame is news to its channel; if so it is handed on. @param {Frame} frame @param {number} size in bytes */
  apply(frame, size) {
    this.bytes += size;
    const moves = frame.channel !== "" && this.moves(frame);
    this.learn(frame);
    if (moves) this.wish.onFrame(frame);
    return moves;
  }

  /** Whether the frame takes its channel forward; if so that is the channel's position now. @param {Frame} frame */
  moves(frame) {
    const last = this.positions.get(frame.channel);
    if (last && last.epoch === frame.epoch && frame.offset <= last.offset) return false;
    this.positions.set(frame.channel, { epoch: frame.epoch, offset: frame.offset });
    return true;
  }

  /** News is a later time or a later entry. A hub that lost its store repeats itself: the age must then grow. @param {Omit<Frame, "channel" | "view">} frame */
  learn(frame) {
    const renewed = frame.epoch !== this.news.epoch;
    const later = frame.offset > this.news.offset;
    if (!renewed && !later && frame.at <= this.news.at) return;
    this.news.heardAt = performance.now();
    this.news.at = renewed ? frame.at : Math.max(frame.at, this.news.at);
    if (!renewed && !later) return;
    Object.assign(this.news, { offset: frame.offset, epoch: frame.epoch, head: frame.head });
  }

  tellAge() {
    if (!this.wish.onAge) return;
    const elapsed = performance.now() - this.news.heardAt;
    const { at, offset, epoch, head } = this.news;
    const seconds = Math.floor(elapsed / 1000);
    this.wish.onAge({ seconds, stale: seconds >= STALE_S, connected: this.connected, offset, epoch, head, now: at && at + elapsed, bytes: this.bytes });
  }
}
