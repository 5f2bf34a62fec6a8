// Taking numbers on the phone: search, what is chosen so far, and one press that is carried out once however often it is sent.
// Without this script the page is a form that works.
import { commandId } from "./feed.js";

/** How people write a word, and how it is spelled here. */
/** @type {[RegExp, string][]} */
const SPELLINGS = [[/antrian/g, "antrean"]];
const MARKS = /[\u0300-\u036f]/g;

const page = JSON.parse(find(document, "#page").textContent);
const form = find(document, "[data-join]");

// Lifecycle

function start() {
  find(form, "[data-search-field]").hidden = false;
  find(form, "[data-search-box]").addEventListener("input", (/** @type {any} */ event) => search(event.target.value));
  find(form, "[data-continue]").addEventListener("click", goOn);
  form.addEventListener("change", paint);
  form.addEventListener("submit", take);
  // A page that comes back from the browser's memory begins anew: its numbers were taken.
  addEventListener("pageshow", (event) => event.persisted && renew());
  paint();
}

function renew() {
  form.reset();
  form.elements.command_id.value = commandId();
  find(form, "[data-take]").disabled = false;
  paint();
}

// Actions

/** @param {string} text */
function search(text) {
  const wanted = plain(text).split(" ").filter(Boolean);
  let found = 0;
  for (const office of form.querySelectorAll("[data-office]")) {
    /** @type {HTMLElement[]} */
    const errands = Array.from(office.querySelectorAll("[data-errand]"));
    const fitting = errands.filter((errand) => fits(plain(String(errand.dataset.search)), wanted));
    errands.forEach((errand) => { errand.hidden = !fitting.includes(errand) && !find(errand, "input").checked; });
    office.hidden = !fitting.length;
    office.open = wanted.length ? fitting.length > 0 : Boolean(find(office, "input:checked"));
    found += fitting.length;
  }
  find(form, "[data-nothing-found]").hidden = found > 0;
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
  const confirm = find(document, "#confirm");
  confirm.scrollIntoView();
  confirm.focus({ preventScroll: true });
}

/** @param {Event} event */
async function take(event) {
  event.preventDefault();
  const button = find(form, "[data-take]");
  if (button.disabled) return;
  if (!chosen().length) return answer(page.strings.nothing);
  button.disabled = true;
  answer("");
  const sentence = await send();
  button.disabled = false;
  answer(sentence);
}

/** Ask for the numbers and go to their page; or what went wrong. Without an answer the next press asks for the same numbers, not for more. */
async function send() {
  const { command_id: id, lane, visit } = form.elements;
  const wish = { services: chosen().map((errand) => errand.dataset.errand), lane: lane.value, command_id: id.value, visit: visit && visit.value };
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  try {
    const said = await fetch(form.action, { method: "POST", headers, body: JSON.stringify(wish) });
    const { url, sentence } = await said.json();
    if (said.ok) location.assign(url);
    else if (said.status < 500) id.value = commandId();
    return said.ok ? "" : sentence;
  } catch (error) {
    return page.strings.unsent;
  }
}

/** @param {string} sentence */
function answer(sentence) {
  const place = find(form, "[data-answer]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

// Render

function paint() {
  const errands = chosen();
  for (const errand of form.querySelectorAll(".choice")) mark(errand, find(errand, "input").checked);
  for (const office of form.querySelectorAll("[data-office]")) {
    const count = office.querySelectorAll("input:checked").length;
    find(office, "[data-office-chosen]").textContent = count || "";
  }
  find(form, "[data-chosen-count]").textContent = `${page.strings.chosen}: ${errands.length}`;
  find(form, "[data-chosen-none]").hidden = errands.length > 0;
  const list = find(form, "[data-wishes]");
  list.hidden = errands.length === 0;
  list.textContent = "";
  list.append(...errands.map(item));
}

/** An errand as it is said once more before the number is taken: its office, its name and what to bring. @param {HTMLElement} errand */
function item(errand) {
  const line = document.createElement("li");
  const office = find(errand.closest("[data-office]"), ".office-name").firstChild.textContent.trim();
  const parts = [[".errand-name", "b"], [".errand-papers", "span"]].filter(([part]) => find(errand, part));
  line.append(`${office} · `, ...parts.map(([part, tag]) => copy(find(errand, part), tag)));
  return line;
}

/** @param {HTMLElement} part @param {string} tag */
function copy(part, tag) {
  const made = document.createElement(tag);
  made.className = tag === "b" ? "" : part.className;
  made.textContent = part.textContent.trim();
  return made;
}

/** @param {HTMLElement} choice @param {boolean} isChosen */
function mark(choice, isChosen) {
  if (isChosen) choice.dataset.chosen = "";
  else delete choice.dataset.chosen;
}

/** @returns {HTMLElement[]} */
function chosen() {
  return Array.from(form.querySelectorAll("[data-errand]")).filter((errand) => find(errand, "input").checked);
}

/** @param {any} within @param {string} selector @returns {any} */
function find(within, selector) {
  return within.querySelector(selector);
}

if (form) start();
document.body.dataset.ready = "";
