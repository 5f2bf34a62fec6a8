// The cards of a visit's tickets: state, place, wait, and what goes on at the counters of the line.
import { all, element, mark, one, text } from "./dom.js";
import { sayMinutes } from "./words.js";

/**
 * @typedef {{label: string, line: string, lane: string, number: number, state: string, counter: number, calls: number, call_offset: number,
 *   place?: import("./place.js").Place | null}} Ticket
 */

export const LIVE = ["waiting", "called", "held", "absent"];
/** @type {{[state: string]: string}} */
const STATUS = { waiting: "waiting", called: "called", held: "paused", absent: "paused" };
/** As in displays/visit.py: how near a ticket is to its turn. @type {{[state: string]: number}} */
const NEARNESS = { called: 0, waiting: 1, held: 2, absent: 2 };
const OVER = 4;

/** @param {string} label @returns {HTMLElement} */
export function cardOf(label) {
  return one(`[data-ticket="${label}"]`);
}

/**
 * Bring a card up to date. Tells whether the ticket's place has moved.
 * @param {Ticket} ticket @param {any} line the view of its line, if it is followed @param {number | undefined} busyAt @param {any} strings
 */
export function paintTicket(ticket, line, busyAt, strings) {
  const card = cardOf(ticket.label);
  const { state } = ticket;
  // What was said about a press is no news any more once something has happened to the ticket.
  if (card.dataset.state !== state) one("[data-answer]", card).hidden = true;
  card.dataset.state = state;
  one("[data-badge]", card).dataset.tone = state === "called" ? "called" : LIVE.includes(state) ? "" : "quiet";
  one("[data-status]", card).dataset.status = STATUS[state] || "closed";
  for (const part of all("[data-when]", card)) part.hidden = !part.dataset.when.split(" ").includes(state);
  text(one("[data-counter]", card), ticket.counter || "");
  text(one("[data-busy-at]", card), busyAt || "");
  one("[data-busy]", card).hidden = !(state === "waiting" && busyAt);
  if (line) paintServing(one("[data-serving]", card), line.serving);
  if (!ticket.place) return false;
  text(one("[data-minutes]", card), sayMinutes(ticket.place.minutes, strings));
  return text(one("[data-ahead]", card), ticket.place.ahead);
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
export function paintOrder(tickets) {
  const list = one("[data-tickets]");
  const nearness = (/** @type {Ticket} */ ticket) => (ticket.state in NEARNESS ? NEARNESS[ticket.state] : OVER);
  const ahead = (/** @type {Ticket} */ ticket) => (ticket.place ? ticket.place.ahead : 0);
  const sorted = tickets.slice().sort((left, right) => nearness(left) - nearness(right) || ahead(left) - ahead(right));
  sorted.forEach(({ label }, index) => {
    const card = cardOf(label);
    if (list.children[index] !== card) list.insertBefore(card, list.children[index]);
  });
}

/** Say how old the data is, and mark it when it is so old that people must not rely on it. @param {HTMLElement} place @param {string} words @param {boolean} stale */
export function paintAge(place, words, stale) {
  text(place, words);
  mark(place, "data-stale", stale && "");
}
