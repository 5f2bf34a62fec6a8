// The ticket kiosk: office, errand, number. One press is carried out once, however often it is sent; whoever walks away leaves nothing.
import { ask } from "./ask.js";
import { all, element, mark, one, tell, text } from "./dom.js";
import { commandId, follow } from "./feed.js";
import { watchIdle } from "./idle.js";
import { chosen, markChosen, take } from "./take.js";
import { paintWaits } from "./waits.js";

const HELP_UNTIL = "urut-help-until";
const PAGE_SHARE = 0.8;
/** Conditions of a printer in which nobody needs to be told that there is no paper; null where there is no printer. */
const PRINTS = [null, "ready", "paper_low"];

const page = JSON.parse(one("#page").textContent);
const form = one("[data-form]");
const main = one(".kiosk-main");
const wake = watchIdle({ ...page, isFresh, leave });
let step = "office";
let office = "";
let isClosed = page.frame.view.closed;
let isTaking = false;
let printing = 0;

// Lifecycle

function start() {
  form.action = form.dataset.to;
  for (const button of all("[data-take-one]", form)) button.type = "button";
  document.addEventListener("click", press);
  form.addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
  form.addEventListener("change", paint);
  addEventListener("resize", paintPaging);
  main.addEventListener("scroll", paintPaging, { passive: true });
  setInterval(report, page.report_ms);
  one('[data-do="low"]').hidden = false;
  follow({ base: page.base, channels: ["bazaar"], as: "kiosk", frames: [page.frame], onFrame: paintBazaar, onAge: paintTrouble });
  restart();
  report();
  document.body.dataset.ready = "";
}

function isFresh() {
  return !isInUse() && document.documentElement.lang === page.first_language;
}

function isInUse() {
  return step !== "office" || chosen(form).length > 0 || document.body.classList.contains("low");
}

// Actions

/** @type {{[button: string]: (button: any) => void}} */
const DO = {
  back: () => show("office"),
  more: goOn,
  stay: wake,
  done: leave,
  restart,
  take: takeNumbers,
  up: () => turn(-1),
  down: () => turn(1),
  low: lower,
  help: callOfficer,
};

/** @param {any} event */
function press(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.open) openOffice(button.dataset.open);
  else if (button.dataset.do) DO[button.dataset.do](button);
  else if ("takeOne" in button.dataset) takeOne(button);
  if (button.type === "submit") event.preventDefault();
}

/** @param {string} code */
function openOffice(code) {
  office = code;
  show("errand");
}

function restart() {
  form.reset();
  form.elements.command_id.value = commandId();
  form.elements.visit.value = "";
  goOn();
}

/** To the offices, for whoever has errands at several; the numbers that were shown are put away. */
function goOn() {
  clearInterval(printing);
  for (const part of all("[data-numbers], [data-qr]")) part.textContent = "";
  show("office");
}

/** The next person finds the first page in the first language; a fresh copy of it, if the server can be reached. */
async function leave() {
  wake();
  document.body.classList.remove("low");
  restart();
  const home = `${page.kiosk}?lang=${page.first_language}`;
  const reachable = await fetch(home, { credentials: "same-origin" }).then((answer) => answer.ok, () => false);
  if (reachable && !isInUse()) location.replace(home);
}

/** One errand and its number by one press. @param {any} button */
function takeOne(button) {
  if (!isTaking) one("input", button.parentNode).checked = true;
  takeNumbers();
}

async function takeNumbers() {
  if (isTaking) return;
  isTaking = true;
  tell(one("[data-answer]"), "");
  const { taken, sentence } = await take(form, page.strings.unsent);
  isTaking = false;
  if (taken) return showNumbers(taken);
  tell(one("[data-answer]"), sentence);
  paint();
}

/** All that is pressed comes down into the lower half, for whoever sits. @param {HTMLElement} button */
function lower(button) {
  const low = document.body.classList.toggle("low");
  button.setAttribute("aria-pressed", String(low));
  paintPaging();
}

/** @param {number} direction */
function turn(direction) {
  main.scrollTop += direction * main.clientHeight * PAGE_SHARE;
  paintPaging();
}

/** Call an officer, or say that one has come. */
function callOfficer() {
  const until = isHelpCalled() ? 0 : Date.now() + page.help_ms;
  sessionStorage.setItem(HELP_UNTIL, String(until));
  report();
}

/** Say to the desk that this kiosk is there, and whether somebody calls; hear how its printer is. */
async function report() {
  const help = isHelpCalled();
  const { ok, body } = await ask("POST", `${page.kiosk}/report`, { help });
  paintHelp(help && ok);
  if (ok) one("[data-no-paper]").hidden = PRINTS.includes(body.printer);
  else if (help) tell(one("[data-answer]"), page.strings.uncalled);
}

function isHelpCalled() {
  return Number(sessionStorage.getItem(HELP_UNTIL)) > Date.now();
}

/** Look after the paper while its owner stands there. @param {string[]} labels */
async function lookAtPrints(labels) {
  const query = labels.map((label) => `ticket=${encodeURIComponent(label)}`).join("&");
  const { ok, body } = await ask("GET", `${page.kiosk}/prints?${query}`);
  const found = ok ? Object.values(body) : [];
  const state = found.includes("given_up") ? "given_up" : found.includes("waiting") ? "waiting" : found.length ? "printed" : "";
  if (state) paintPrint(state);
  if (state === "printed" || state === "given_up") clearInterval(printing);
}

// Render

/** @param {string} name */
function show(name) {
  step = name;
  document.body.dataset.at = step;
  tell(one("[data-answer]"), "");
  form.hidden = isClosed || step === "done";
  for (const section of all("[data-step]")) section.hidden = section.dataset.step !== step;
  for (const fieldset of all("fieldset[data-office]", form)) fieldset.hidden = fieldset.dataset.office !== office;
  main.scrollTop = 0;
  one(`[data-step="${step}"] h1`).focus();
  paint();
}

function paint() {
  const errands = step === "done" ? [] : chosen(form);
  const some = errands.length > 0;
  /** @type {{[button: string]: boolean}} */
  const wanted = {
    back: step === "errand", more: step === "done" || (step === "errand" && some), restart: step === "office" && some, take: some, done: step === "done",
  };
  for (const order of Object.keys(wanted)) one(`[data-do="${order}"]`).hidden = !wanted[order];
  for (const languages of all(".lang")) languages.hidden = step !== "office" || some;
  markChosen(form);
  for (const button of all("[data-take-one]", form)) mark(button, "data-aside", some && "");
  for (const button of all("[data-open]", form)) {
    const count = errands.filter((errand) => officeOf(errand).dataset.office === button.dataset.open).length;
    text(one("[data-office-chosen]", button), count || "");
  }
  text(one("[data-basket]"), some ? `${page.strings.chosen} ${errands.map((errand) => one(".errand-name", errand).textContent.trim()).join(" · ")}` : "");
  paintPaging();
}

function paintPaging() {
  const longer = main.scrollHeight > main.clientHeight + 1;
  const up = one('[data-do="up"]');
  const down = one('[data-do="down"]');
  up.hidden = down.hidden = !longer;
  up.disabled = main.scrollTop <= 0;
  down.disabled = main.scrollTop + main.clientHeight >= main.scrollHeight - 1;
}

/** @param {{tickets: any[], url: string, visit: string, printing: boolean}} answer */
function showNumbers({ tickets, url, visit, printing: prints }) {
  const numbers = one("[data-numbers]");
  numbers.className = tickets.length > 1 ? "kiosk-numbers several" : "kiosk-numbers";
  numbers.textContent = "";
  numbers.append(...tickets.map(number));
  const picture = document.createElement("img");
  picture.src = `${url}/qr.svg`;
  picture.alt = page.strings.qr;
  one("[data-qr]").textContent = "";
  one("[data-qr]").append(picture);
  for (const errand of chosen(form)) one("input", errand).checked = false;
  form.elements.command_id.value = commandId();
  form.elements.visit.value = visit;
  show("done");
  paintPrint(prints ? "waiting" : "");
  clearInterval(printing);
  const labels = tickets.map(({ label }) => label);
  if (prints) printing = setInterval(() => lookAtPrints(labels), page.print_look_ms);
}

/** @param {{label: string, line: string, ahead: number | null}} ticket */
function number({ label, line, ahead }) {
  const made = document.createElement("li");
  made.dataset.ticket = label;
  made.append(element("span", "label-badge", label), element("span", "kiosk-office", nameOf(officeOf(one(`[data-line="${line}"]`, form)))));
  if (ahead !== null) made.append(element("span", "", `${page.strings.ahead}: ${ahead}`));
  return made;
}

/** @param {string} state */
function paintPrint(state) {
  const place = one("[data-print]");
  place.dataset.print = state;
  text(place, page.strings.print[state] || "");
}

/** @param {boolean} called */
function paintHelp(called) {
  one("[data-helped]").hidden = !called;
  one('[data-do="help"]').setAttribute("aria-pressed", String(called));
}

/** @param {import("./feed.js").Frame} frame */
function paintBazaar({ view }) {
  isClosed = view.closed;
  form.hidden = isClosed || step === "done";
  one("[data-bazaar-closed]").hidden = !isClosed;
  paintWaits(view.lines, page.strings);
  for (const [prefix, line] of Object.entries(view.lines)) {
    for (const errand of all(`[data-line="${prefix}"]`, form)) setOpen(errand, line.open && !view.closed_services.includes(errand.dataset.errand));
  }
  for (const button of all("[data-open]", form)) {
    button.disabled = !one(`fieldset[data-office="${button.dataset.open}"] input:not(:disabled)`, form);
  }
  paint();
}

/** Numbers that are on paper are given out by people. @param {HTMLElement} errand @param {boolean} gives */
function setOpen(errand, gives) {
  const open = gives && !("onPaper" in /** @type {HTMLElement} */ (errand.parentNode).dataset);
  const input = one("input", errand);
  input.disabled = !open;
  if (!open) input.checked = false;
  one("[data-take-one]", /** @type {Element} */ (errand.parentNode)).disabled = !open;
  one("[data-closed]", errand).hidden = open;
}

/** @param {import("./feed.js").Age} age */
function paintTrouble({ stale }) {
  one("[data-trouble]").hidden = !stale;
}

/** @param {HTMLElement} errand @returns {any} the fieldset of its office */
function officeOf(errand) {
  return errand.closest("fieldset");
}

/** @param {HTMLElement} office @returns {string} */
function nameOf(office) {
  return one("legend", office).textContent;
}

start();
