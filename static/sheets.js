// Sheets: what a button of the tablet opens beside Next. One at a time; what is found in a sheet's list is found by words.

import { all, one, text } from "./dom.js";
import { fitting } from "./search.js";
import { waitingIn } from "./waits.js";

/** @type {() => void} */
let onClosed = () => {};
/** @type {(name: string) => void} */
let onOpened = () => {};

/** @param {{opened: (name: string) => void, closed: () => void}} wish called when a sheet has opened, and when none is open any more */
export function setUpSheets(wish) {
  onOpened = wish.opened;
  onClosed = wish.closed;
  for (const summary of all("[data-sheet] > summary")) summary.addEventListener("click", onSummary);
  for (const link of all("[data-close]")) link.addEventListener("click", (/** @type {Event} */ event) => { event.preventDefault(); closeSheets(); });
  for (const input of all("[data-filter]")) input.addEventListener("input", () => filter(input));
}

/** @returns {Element | null} */
export function openSheet() {
  return one("[data-sheet][open]");
}

export function closeSheets() {
  const open = all("[data-sheet][open]");
  for (const details of open) details.open = false;
  for (const input of all("[data-filter]")) {
    input.value = "";
    filter(input);
  }
  if (open.length) onClosed();
}

/** Open or close a sheet in the very turn of the press, so that what is typed next goes into it. @param {Event} event */
function onSummary(event) {
  event.preventDefault();
  const summary = /** @type {any} */ (event.currentTarget);
  if (summary.getAttribute("aria-disabled") === "true") return;
  const details = summary.parentNode;
  const opens = !details.open;
  closeSheets();
  if (!opens) return;
  details.open = true;
  const first = one(".sheet input:not([type=checkbox]), .sheet select, .sheet button:not([aria-disabled])", details) || one("[data-close]", details);
  first.focus();
  onOpened(details.dataset.sheet);
}

/** Leave only the choices that fit what was typed. @param {any} input */
function filter(input) {
  const choices = all(`[data-filtered="${input.dataset.filter}"] > li`);
  const fits = fitting(input.value, choices.map((choice) => choice.dataset.words));
  choices.forEach((choice, place) => { choice.hidden = !fits[place]; });
  one(`[data-none="${input.dataset.filter}"]`).hidden = fits.includes(true);
}

/** Tell at each service how many wait in its line now. @param {any} bazaar the view of the channel `bazaar` @param {(n: number) => string} words */
export function tellWaits(bazaar, words) {
  for (const place of all("[data-wait-in]")) {
    const line = bazaar.lines[place.dataset.waitIn];
    text(place, line ? words(waitingIn(line)) : "");
  }
}
