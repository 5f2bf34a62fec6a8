// The page of one visit: each ticket's place, and the call when it comes. The server drew the first picture; frames keep it true.
import { Alarm } from "./alarm.js";
import { ask } from "./ask.js";
import { LIVE, cardOf, paintAge, paintOrder, paintTicket } from "./cards.js";
import { mark, one, tell, text } from "./dom.js";
import { commandId, follow } from "./feed.js";
import { Keeper, keepPage, lastKnown } from "./kept.js";
import { placeOf } from "./place.js";
import { say } from "./words.js";

/**
 * @typedef {import("./feed.js").Frame} Frame
 * @typedef {import("./cards.js").Ticket} Ticket
 */

/** With this many people ahead or fewer, each step forward is read out to whoever listens to the page. */
const SPOKEN_AHEAD_MAX = 5;
const MINUTES_FROM_S = 120;
/** A hub says something every 10 s. */
const HEARTBEAT_S = 11;
const BYTES_PER_KB = 1000;

const page = JSON.parse(one("#page").textContent);
const known = lastKnown(page);
/** The newest frame of each channel. @type {Map<string, Frame>} */
const frames = new Map(known.frames.map((/** @type {Frame} */ frame) => [frame.channel, frame]));
const keeper = new Keeper(page.channel);
const alarm = new Alarm(page.channel, page.strings);
const list = one("[data-tickets]");
let feed = { close() {}, hurry() {} };
let followed = "";
/** What earlier feeds of this page have received. */
let bytesBefore = 0;
let age = known.seconds;
let bytesNow = 0;

// Lifecycle

function start() {
  list.addEventListener("submit", press);
  // Out of the pocket: its socket may be dead and not know it, and what it shows is to be true at once.
  document.addEventListener("visibilitychange", () => !document.hidden && age > HEARTBEAT_S && feed.hurry());
  alarm.start();
  listen(known.seconds);
  paint();
  document.body.dataset.ready = "";
  keepPage(page.worker);
}

/** Follow the visit, and the lines in which it has a live ticket. @param {number} seconds age of the frames */
function listen(seconds) {
  const lines = ownTickets().filter((ticket) => LIVE.includes(ticket.state)).map((ticket) => `line/${ticket.line}`);
  const channels = [page.channel, ...new Set(lines)];
  if (followed === channels.join()) return;
  followed = channels.join();
  feed.close();
  bytesBefore += bytesNow;
  bytesNow = 0;
  const had = Array.from(frames.values()).filter((frame) => channels.includes(frame.channel));
  feed = follow({ base: page.base, channels, frames: had, seconds, onFrame, onAge });
}

/** @param {Frame} frame */
function onFrame(frame) {
  frames.set(frame.channel, frame);
  keeper.keep(frames.values());
  listen(0);
  if (ownTickets().every((ticket) => cardOf(ticket.label))) paint();
  else redraw();
}

/** A ticket is new here (an errand was added, a transfer): take its card from the page as the server draws it now. */
async function redraw() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.innerHTML = one("[data-tickets]", fresh).innerHTML;
  } catch (error) {
    return;
  }
  if (ownTickets().every((ticket) => cardOf(ticket.label))) paint();
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
  const { status, ok, body } = await ask("POST", form.action, { do: order.value, ticket: ticket.value, command_id: id.value });
  if (status && status < 500) id.value = commandId();
  return ok ? "" : body.sentence || page.strings.unsent;
}

// Render

function paint() {
  const tickets = ownTickets().map(withPlace);
  const called = tickets.find((ticket) => ticket.state === "called");
  for (const ticket of tickets) {
    const moved = paintTicket(ticket, view(`line/${ticket.line}`), called && called.counter, page.strings);
    const ahead = ticket.place ? ticket.place.ahead : Infinity;
    if (moved && ahead <= SPOKEN_AHEAD_MAX) text(one("[data-spoken]"), `${ticket.label}. ${page.strings.ahead}: ${ahead}`);
  }
  paintOrder(tickets);
  paintCall(called);
  alarm.look(tickets);
  one("[data-bazaar-closed]").hidden = !view(page.channel).closed;
  one("[data-add]").hidden = view(page.channel).closed;
  one("[data-alerts]").hidden = !tickets.some((ticket) => LIVE.includes(ticket.state));
}

/** @param {Ticket | undefined} called */
function paintCall(called) {
  if (called) {
    text(one("[data-call-label]"), called.label);
    one(".call-label").dataset.length = called.label.length;
    text(one("[data-call-counter]"), called.counter);
    const again = one("[data-again]");
    again.hidden = called.calls < 2;
    text(again, say(page.strings.again, { n: called.calls }));
  }
  one("[data-call]").hidden = !called;
}

/** @param {import("./feed.js").Age} age */
function onAge({ seconds, stale, offset, head, bytes }) {
  const duration = seconds < MINUTES_FROM_S ? say(page.strings.seconds, { n: seconds }) : say(page.strings.minutes, { n: Math.floor(seconds / 60) });
  const words = say(stale ? page.strings.stale : page.strings.age, { age: duration });
  paintAge(one("[data-age]"), words, stale);
  tell(one("[data-call-age]"), stale ? words : "");
  mark(document.body, "data-stale", stale && "");
  age = seconds;
  if (seconds < 1) keeper.renew(frames.values());
  bytesNow = bytes;
  text(one("[data-used]"), say(page.strings.used, { n: Math.ceil((loaded() + bytesBefore + bytes) / BYTES_PER_KB) }));
  if (!offset) return;
  text(one("[data-head]"), head);
  text(one("[data-offset]"), offset);
}

/** Bytes that this page and its parts took; what the phone had already counts nothing. */
function loaded() {
  const parts = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return parts.reduce((sum, part) => sum + (/** @type {any} */ (part).transferSize || 0), 0);
}

// What the frames say

/** @param {string} channel */
function view(channel) {
  const frame = frames.get(channel);
  return frame && /** @type {any} */ (frame).view;
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

start();
