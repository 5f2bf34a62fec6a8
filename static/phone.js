// The page of one visit: each ticket's place, and the call when it comes. The server drew the first picture; frames keep it true.
import { element, one, tell, text } from "./dom.js";
import { commandId, follow } from "./feed.js";
import { placeOf } from "./place.js";
import { say, sayMinutes } from "./words.js";

/**
 * @typedef {import("./feed.js").Frame} Frame
 * @typedef {{label: string, line: string, lane: string, number: number, state: string, counter: number, calls: number, call_offset: number,
 *   place?: import("./place.js").Place | null}} Ticket
 */

const LIVE = ["waiting", "called", "held", "absent"];
/** @type {{[state: string]: string}} */
const STATUS = { waiting: "waiting", called: "called", held: "paused", absent: "paused" };
/** As in displays/visit.py: how near a ticket is to its turn. @type {{[state: string]: number}} */
const NEARNESS = { called: 0, waiting: 1, held: 2, absent: 2 };
const OVER = 4;
/** With this many people ahead or fewer, each step forward is read out to whoever listens to the page. */
const SPOKEN_AHEAD_MAX = 5;
const VIBRATION_MS = [400, 200, 400, 200, 900];
const CHIME_HZ = [784, 587];
const NOTE_S = 0.5;
const CHIMES = 3;

let page = JSON.parse(one("#page").textContent);
/** The newest frame of each channel. @type {Map<string, Frame>} */
const frames = new Map(page.frames.map((/** @type {Frame} */ frame) => [frame.channel, frame]));
const list = one("[data-tickets]");
let feed = { close() {} };
let followed = "";
let announced = callOf(ownTickets());
/** @type {AudioContext | null} */
let sound = null;

// Lifecycle

function start() {
  list.addEventListener("submit", press);
  const button = one("[data-sound]");
  button.hidden = !window.AudioContext;
  button.addEventListener("click", () => switchSound(button));
  listen();
  paint();
  document.body.dataset.ready = "";
}

/** Follow the visit, and the lines in which it has a live ticket. */
function listen() {
  const lines = ownTickets().filter((ticket) => LIVE.includes(ticket.state)).map((ticket) => `line/${ticket.line}`);
  const channels = [page.channel, ...new Set(lines)];
  if (followed === channels.join()) return;
  followed = channels.join();
  feed.close();
  feed = follow({ base: page.base, channels, frames: Array.from(frames.values()).filter((frame) => channels.includes(frame.channel)), onFrame, onAge });
}

/** @param {Frame} frame */
function onFrame(frame) {
  frames.set(frame.channel, frame);
  listen();
  if (ownTickets().every((ticket) => cardOf(ticket.label))) paint();
  else redraw();
}

/** A ticket is new here (an errand was added, a transfer): take its card from the page as the server draws it now. */
async function redraw() {
  const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  list.innerHTML = one("[data-tickets]", fresh).innerHTML;
  paint();
}

// Actions

/** @param {any} event */
async function press(event) {
  event.preventDefault();
  const form = event.target;
  const button = one("button", form);
  button.disabled = true;
  const sentence = await send(form);
  button.disabled = false;
  tell(one("[data-answer]", form.closest("[data-ticket]")), sentence);
}

/** Send a form's command; "" or what went wrong. Without an answer the next press sends the same command, not another. @param {any} form */
async function send(form) {
  const { do: order, ticket, command_id: id } = form.elements;
  const body = JSON.stringify({ do: order.value, ticket: ticket.value, command_id: id.value });
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  try {
    const answer = await fetch(form.action, { method: "POST", credentials: "same-origin", headers, body });
    const { sentence } = await answer.json();
    if (answer.status < 500) id.value = commandId();
    return answer.ok ? "" : sentence;
  } catch (error) {
    return page.strings.unsent;
  }
}

/** @param {HTMLElement} button */
function switchSound(button) {
  if (sound) sound.close();
  sound = sound ? null : new AudioContext();
  one("[data-on]", button).hidden = !sound;
  one("[data-off]", button).hidden = Boolean(sound);
  chime(1);
}

/** As loud as the phone lets us: it vibrates after any tap on the page, and sounds once its owner has switched that on. */
function alarm() {
  scrollTo(0, 0);
  if (navigator.vibrate) navigator.vibrate(VIBRATION_MS);
  chime(CHIMES);
}

/** @param {number} times */
function chime(times) {
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

// Render

function paint() {
  const tickets = ownTickets().map(withPlace);
  const called = tickets.find((ticket) => ticket.state === "called");
  tickets.forEach((ticket) => paintTicket(cardOf(ticket.label), ticket, called && called.counter));
  paintOrder(tickets);
  paintCall(tickets);
  one("[data-bazaar-closed]").hidden = !view(page.channel).closed;
  one("[data-add]").hidden = view(page.channel).closed;
}

/** @param {HTMLElement} card @param {Ticket} ticket @param {number} [busyAt] */
function paintTicket(card, ticket, busyAt) {
  const { state } = ticket;
  // What was said about a press is no news any more once something has happened to the ticket.
  if (card.dataset.state !== state) one("[data-answer]", card).hidden = true;
  card.dataset.state = state;
  one("[data-badge]", card).dataset.tone = state === "called" ? "called" : LIVE.includes(state) ? "" : "quiet";
  one("[data-status]", card).dataset.status = STATUS[state] || "closed";
  /** @type {NodeListOf<HTMLElement>} */
  const parts = card.querySelectorAll("[data-when]");
  for (const part of parts) part.hidden = !String(part.dataset.when).split(" ").includes(state);
  text(one("[data-counter]", card), ticket.counter || "");
  text(one("[data-busy-at]", card), busyAt || "");
  one("[data-busy]", card).hidden = !(state === "waiting" && busyAt);
  const line = view(`line/${ticket.line}`);
  if (line) paintServing(one("[data-serving]", card), line.serving);
  if (ticket.place) paintPlace(card, ticket);
}

/** @param {HTMLElement} card @param {any} ticket one with a place */
function paintPlace(card, { label, place }) {
  text(one("[data-minutes]", card), sayMinutes(place.minutes, page.strings));
  const moved = text(one("[data-ahead]", card), place.ahead);
  if (moved && place.ahead <= SPOKEN_AHEAD_MAX) speak(`${label}. ${page.strings.ahead}: ${place.ahead}`);
}

/** @param {HTMLElement} place @param {{counter: number, label: string | null}[]} serving */
function paintServing(place, serving) {
  const items = serving.map(({ counter, label }) => {
    const item = document.createElement("li");
    item.append(element("span", "counter-sign", counter), " ", element("span", "number", label || "–"));
    return item;
  });
  place.textContent = "";
  place.append(...items);
}

/** Called first, then the nearest, set aside, over. Cards that stand right are not moved: they may have focus. @param {Ticket[]} tickets */
function paintOrder(tickets) {
  const nearness = (/** @type {Ticket} */ ticket) => (ticket.state in NEARNESS ? NEARNESS[ticket.state] : OVER);
  const ahead = (/** @type {Ticket} */ ticket) => (ticket.place ? ticket.place.ahead : 0);
  const sorted = tickets.slice().sort((left, right) => nearness(left) - nearness(right) || ahead(left) - ahead(right));
  sorted.forEach(({ label }, index) => {
    const card = cardOf(label);
    if (list.children[index] !== card) list.insertBefore(card, list.children[index]);
  });
}

/** @param {Ticket[]} tickets */
function paintCall(tickets) {
  const called = tickets.find((ticket) => ticket.state === "called");
  if (called) {
    text(one("[data-call-label]"), called.label);
    one(".call-label").dataset.length = called.label.length;
    text(one("[data-call-counter]"), called.counter);
    const again = one("[data-again]");
    again.hidden = called.calls < 2;
    text(again, say(page.strings.again, { n: called.calls }));
  }
  one("[data-call]").hidden = !called;
  document.title = called ? say(page.strings.called, { label: called.label, counter: called.counter }) : page.strings.title;
  const call = callOf(tickets);
  if (call && call !== announced) alarm();
  announced = call;
}

/** @param {string} words */
function speak(words) {
  one("[data-spoken]").textContent = words;
}

/** @param {import("./feed.js").Age} age */
function onAge({ seconds, stale, offset, head }) {
  const age = one("[data-age]");
  const duration = seconds < 120 ? say(page.strings.seconds, { n: seconds }) : say(page.strings.minutes, { n: Math.floor(seconds / 60) });
  age.textContent = say(stale ? page.strings.stale : page.strings.age, { age: duration });
  if (stale) age.dataset.stale = "";
  else delete age.dataset.stale;
  if (!offset) return;
  text(one("[data-head]"), head);
  text(one("[data-offset]"), offset);
}

// What the frames say

/** @param {string} channel */
function view(channel) {
  const frame = frames.get(channel);
  return frame && frame.view;
}

/** @returns {Ticket[]} */
function ownTickets() {
  return view(page.channel).tickets;
}

/** @param {Ticket} ticket @returns {Ticket} */
function withPlace(ticket) {
  const line = view(`line/${ticket.line}`);
  return { ...ticket, place: ticket.state === "waiting" && line ? placeOf(line, ticket) : null };
}

/** Which call rings now: another value for each call and recall, "" for none. @param {Ticket[]} tickets */
function callOf(tickets) {
  const called = tickets.find((ticket) => ticket.state === "called");
  return called ? `${called.call_offset}:${called.calls}` : "";
}

// The page

/** @param {string} label */
function cardOf(label) {
  return one(`[data-ticket="${label}"]`, list);
}

start();
