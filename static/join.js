// Taking numbers on the phone: search, what is chosen so far, and one press that is carried out once however often it is sent.
// Without this script the page is a form that works.
import { all, one, tell, text } from "./dom.js";
import { commandId } from "./feed.js";
import { chosen, markChosen, sayChosen, take } from "./take.js";

/** How people write a word, and how it is spelled here. */
/** @type {[RegExp, string][]} */
const SPELLINGS = [[/antrian/g, "antrean"]];
const MARKS = /[\u0300-\u036f]/g;

const page = JSON.parse(one("#page").textContent);
const form = one("[data-join]");

// Lifecycle

function start() {
  one("[data-search-field]", form).hidden = false;
  one("[data-search-box]", form).addEventListener("input", (/** @type {any} */ event) => search(event.target.value));
  one("[data-continue]", form).addEventListener("click", goOn);
  form.addEventListener("change", paint);
  form.addEventListener("submit", press);
  // A page that comes back from the browser's memory begins anew: its numbers were taken.
  addEventListener("pageshow", (event) => event.persisted && renew());
  paint();
}

function renew() {
  form.reset();
  form.elements.command_id.value = commandId();
  one("[data-take]", form).disabled = false;
  paint();
}

// Actions

/** @param {string} words */
function search(words) {
  const wanted = plain(words).split(" ").filter(Boolean);
  let found = 0;
  for (const office of all("[data-office]", form)) {
    const errands = all("[data-errand]", office);
    const fitting = errands.filter((errand) => fits(plain(String(errand.dataset.search)), wanted));
    errands.forEach((errand) => { errand.hidden = !fitting.includes(errand) && !one("input", errand).checked; });
    office.hidden = !fitting.length;
    office.open = wanted.length ? fitting.length > 0 : Boolean(one("input:checked", office));
    found += fitting.length;
  }
  one("[data-nothing-found]", form).hidden = found > 0;
}

/** Every word must begin a word of the errand: "ktp baru", "A", "antrian". @param {string} text @param {string[]} wanted */
function fits(text, wanted) {
  return wanted.every((word) => ` ${text}`.includes(` ${word}`));
}

/** Lower case, one spelling, no accents, words apart by one space. @param {string} text */
function plain(text) {
  const lower = text.toLowerCase().normalize("NFD").replace(MARKS, "");
  return SPELLINGS.reduce((said, [written, spelled]) => said.replace(written, spelled), lower).split(/[^a-z0-9]+/).join(" ").trim();
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
  const count = chosen(form).length;
  markChosen(form);
  for (const office of all("[data-office]", form)) {
    text(one("[data-office-chosen]", office), all("input:checked", office).length || "");
  }
  text(one("[data-chosen-count]", form), `${page.strings.chosen}: ${count}`);
  one("[data-chosen-none]", form).hidden = count > 0;
  one("[data-wishes]", form).hidden = count === 0;
  sayChosen(form, (errand) => one(".office-name", /** @type {Element} */ (errand.closest("[data-office]"))).firstChild.textContent.trim());
}

if (form) start();
document.body.dataset.ready = "";
