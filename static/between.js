// What the hall screen tells between calls, in a place of its own: no card ever lies over a number.
// Each round of the cards is laid out at its beginning; slides that came or went meanwhile are shown from the next round on.

import { all, element, mark, one } from "./dom.js";

/**
 * @typedef {{text: string, time: string, until: number}} Line
 * @typedef {{kind: string, head?: string, lines?: Line[], url?: string}} Card
 * @typedef {{text: string, until: number, urgent: boolean}} Announcement
 * @typedef {{base: string, cards: Card[], strings: {kinds: {[kind: string]: string}}, now: () => number}} Wish
 */

const CARD_MS = 9000;
const VIDEO_MS_MAX = 60000;
/** A video that shows nothing by then is left out. */
const VIDEO_START_MS_MAX = 5000;
const LINES_MAX = 5;
/** Letters from the largest to the smallest: a card has the first in which all of it fits. */
const SIZES = ["1", "2", "3", "4", "5"];

/** A slide at every second turn, each as often as the others. @param {Card[]} cards @param {Card[]} slides @returns {Card[]} */
export function woven(cards, slides) {
  const round = [];
  for (let place = 0; place < Math.max(cards.length, slides.length); place += 1) {
    if (slides.length) round.push(slides[place % slides.length]);
    if (cards.length) round.push(cards[place % cards.length]);
  }
  return round;
}

export class Between {
  /** @param {Wish} wish */
  constructor(wish) {
    this.wish = wish;
    this.place = one("[data-card]");
    /** @type {Announcement[]} */
    this.announcements = [];
    this.closed = false;
    /** @type {Card[]} */
    this.slides = [];
    /** Pictures that this screen has; it goes on showing them without a network. @type {Map<string, HTMLImageElement>} */
    this.pictures = new Map();
    /** @type {Card[]} */
    this.round = [];
    this.turn = 0;
    this.said = 0;
    this.timer = 0;
    this.urgentShown = "";
  }

  // Lifecycle

  async start() {
    this.timer = setTimeout(() => this.next(), CARD_MS);
    await this.ask();
  }

  /** @param {Announcement[]} announcements @param {boolean} closed */
  take(announcements, closed) {
    this.announcements = announcements;
    this.closed = closed;
    const urgent = this.urgent();
    mark(document.body, "data-urgent", urgent.length > 0 && "");
    const told = urgent.map((said) => said.text).join("\n");
    if (told !== this.urgentShown) {
      this.urgentShown = told;
      this.next();
    }
  }

  /** The urgent announcements that have not run out. */
  urgent() {
    return this.live().filter((said) => said.urgent);
  }

  live() {
    return this.closed ? [] : this.announcements.filter((said) => said.until > this.wish.now());
  }

  // Actions

  next() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.next(), CARD_MS);
    this.show(this.nextCard());
  }

  /** Urgent words as long as they hold; other announcements at every second turn. @returns {Card | null} */
  nextCard() {
    const live = this.live();
    const urgent = live.filter((said) => said.urgent);
    mark(document.body, "data-urgent", urgent.length > 0 && "");
    this.turn += 1;
    if (urgent.length) return cardOf("urgent", urgent[this.turn % urgent.length]);
    if (live.length && this.turn % 2) {
      this.said += 1;
      return cardOf("announcement", live[this.said % live.length]);
    }
    for (let tries = this.round.length; tries >= 0; tries -= 1) {
      if (this.round.length === 0) this.lay();
      const card = this.round.shift();
      if (card && this.isGood(card)) return card;
    }
    return null;
  }

  lay() {
    this.round = woven(this.wish.cards.filter((card) => !this.closed || card.kind !== "requirements"), this.slides);
    this.ask();
  }

  /** Whether there is something to show: an old programme, or a picture that did not come, is passed over. @param {Card} card */
  isGood(card) {
    if (card.kind === "video") return true;
    if (card.kind === "join") return !this.closed;
    if (card.kind !== "image") return this.linesOf(card).length > 0;
    const picture = this.pictures.get(card.url || "");
    return picture !== undefined && picture.complete && picture.naturalWidth > 0;
  }

  /** @param {Card} card */
  linesOf(card) {
    const now = this.wish.now();
    return (card.lines || []).filter((line) => !line.until || line.until > now).slice(0, LINES_MAX);
  }

  /** The list of slides; without a network the old one holds. */
  async ask() {
    try {
      const answer = await fetch(`${this.wish.base}/slides`, { credentials: "same-origin" });
      if (answer.ok) this.heard((await answer.json()).slides);
    } catch (_) {
      // Asked again at the next round.
    }
  }

  /** @param {Card[]} slides */
  heard(slides) {
    const first = this.slides.length === 0;
    this.slides = slides;
    const urls = slides.filter((slide) => slide.kind === "image").map((slide) => slide.url || "");
    for (const url of Array.from(this.pictures.keys())) if (!urls.includes(url)) this.pictures.delete(url);
    for (const url of urls) {
      if (this.pictures.has(url)) continue;
      const picture = new Image();
      picture.alt = "";
      picture.src = url;
      this.pictures.set(url, picture);
    }
    if (first && slides.length) this.round = [];
  }

  // Render

  /** @param {Card | null} card */
  show(card) {
    this.endVideo();
    this.place.hidden = card === null;
    if (card === null) return;
    const words = one("[data-card-words]", this.place);
    const media = one("[data-card-media]", this.place);
    mark(this.place, "data-card", card.kind);
    media.textContent = "";
    const isWords = !["image", "video", "join"].includes(card.kind);
    words.hidden = !isWords;
    media.hidden = isWords;
    if (isWords) this.showWords(card);
    else if (card.kind === "image") media.append(this.pictures.get(card.url || ""));
    else if (card.kind === "video") media.append(this.video(card.url || ""));
    else media.append(one("[data-join] svg").cloneNode(true));
  }

  /** @param {Card} card */
  showWords(card) {
    one("[data-card-title]", this.place).textContent = this.wish.strings.kinds[card.kind];
    const head = one("[data-card-head]", this.place);
    head.textContent = card.head || "";
    head.hidden = !card.head;
    const list = one("[data-card-lines]", this.place);
    list.textContent = "";
    for (const line of this.linesOf(card)) {
      const row = element("li", "", line.text);
      if (line.time) row.prepend(element("b", "", line.time), " ");
      list.append(row);
    }
    for (const size of SIZES) {
      mark(this.place, "data-size", size);
      if (this.place.scrollHeight <= this.place.clientHeight) return;
    }
  }

  /** @param {string} url */
  video(url) {
    const video = document.createElement("video");
    video.muted = true;
    video.setAttribute("playsinline", "");
    const leave = () => this.next();
    video.onended = video.onerror = leave;
    clearTimeout(this.timer);
    this.timer = setTimeout(leave, VIDEO_START_MS_MAX);
    video.onplaying = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(leave, VIDEO_MS_MAX);
    };
    video.src = url;
    video.play().catch(() => {
      // It has said so by its error, or its time to start runs out.
    });
    return video;
  }

  /** A video that nobody sees keeps no memory. */
  endVideo() {
    for (const video of all("video", this.place)) {
      video.onended = video.onerror = video.onplaying = null;
      video.pause();
      video.removeAttribute("src");
      video.load();
    }
  }
}

/** @param {string} kind @param {Announcement} said @returns {Card} */
function cardOf(kind, said) {
  return { kind, lines: [{ text: said.text, time: "", until: said.until }] };
}
