// Taking numbers on the phone: search, what is chosen so far, and one press that is carried out once however often it is sent.
// Without this script the page is a form that works.
import { all, one, tell, text } from "./dom.js";
import { commandId, follow } from "./feed.js";
import { fitting } from "./search.js";
import { chosen, markChosen, take } from "./take.js";
import { paintWaits } from "./waits.js";
import { Wishes } from "./wishes.js";
import { say } from "./words.js";

const page = JSON.parse(one("#page").textContent);
const form = one("[data-join]");
let lines = page.frame.view.lines;
/** @type {Wishes} */
let wishes;

// Lifecycle

function start() {
  wishes = new Wishes(form, page.strings);
  one("[data-search-field]", form).hidden = false;
  one("[data-search-box]", form).addEventListener("input", (/** @type {any} */ event) => search(event.target.value));
  one("[data-continue]", form).addEventListener("click", goOn);
  const add = one("[data-add]", form);
  if (add) add.addEventListener("click", () => tick(add.dataset.add));
  form.addEventListener("change", paint);
  form.addEventListener("submit", press);
  // A page that comes back from the browser's memory begins anew: its numbers were taken.
  addEventListener("pageshow", (event) => event.persisted && renew());
  follow({ base: page.base, channels: ["bazaar"], frames: [page.frame], onFrame, onAge });
  paint();
}

function renew() {
  form.reset();
  form.elements.command_id.value = commandId();
  one("[data-take]", form).disabled = false;
  paint();
}

/** @param {import("./feed.js").Frame} frame */
function onFrame({ view }) {
  lines = view.lines;
  paintWaits(lines, page.strings);
  wishes.paint(chosen(form), lines);
}

/** @param {import("./feed.js").Age} age */
function onAge({ seconds, stale }) {
  const age = one("[data-age]", form);
  text(age, say(page.strings.age, { n: seconds }));
  if (stale) age.dataset.stale = "";
  else delete age.dataset.stale;
}

// Actions

/** @param {string} typed */
function search(typed) {
  const errands = all("[data-errand]", form);
  const fits = fitting(typed, errands.map((errand) => errand.dataset.search));
  const count = fits.filter(Boolean).length;
  const looks = typed.trim() !== "" && count > 0;
  // Where nothing fits all offices stay, to be opened by hand.
  errands.forEach((errand, index) => { errand.hidden = looks && !fits[index] && !one("input", errand).checked; });
  for (const office of all("[data-office]", form)) {
    const shown = errands.filter((errand) => !errand.hidden && office.contains(errand));
    office.hidden = !shown.length;
    office.open = looks ? shown.length > 0 : Boolean(one("input:checked", office));
  }
  text(one("[data-found]", form), looks ? say(page.strings.found, { n: count }) : "");
  one("[data-nothing-found]", form).hidden = count > 0;
}

/** @param {string} code */
function tick(code) {
  one(`[data-errand="${code}"] input`, form).checked = true;
  paint();
}

/** @param {Event} event */
function goOn(event) {
  event.preventDefault();
  const confirm = one("#confirm");
  confirm.scrollIntoView();
  confirm.focus({ preventScroll: true });
}

/** @param {Event} event */
async function press(event) {
  event.preventDefault();
  const button = one("[data-take]", form);
  const place = one("[data-answer]", form);
  if (button.disabled) return;
  if (!chosen(form).length) return tell(place, page.strings.nothing);
  button.disabled = true;
  tell(place, "");
  const { taken, sentence } = await take(form, page.strings.unsent);
  button.disabled = false;
  tell(place, sentence);
  if (taken) location.assign(taken.url);
}

// Render

function paint() {
  const errands = chosen(form);
  markChosen(form);
  for (const office of all("[data-office]", form)) {
    text(one("[data-office-chosen]", office), all("input:checked", office).length || "");
  }
  text(one("[data-chosen-count]", form), `${page.strings.chosen}: ${errands.length}`);
  one("[data-chosen-none]", form).hidden = errands.length > 0;
  const add = one("[data-add]", form);
  if (add) add.hidden = errands.some((errand) => errand.dataset.errand === add.dataset.add);
  wishes.paint(errands, lines);
}

if (form) start();
document.body.dataset.ready = "";
