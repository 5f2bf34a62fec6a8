// The ticket kiosk: office, errands, check, number. One press is carried out once, however often it is sent; whoever walks away
// leaves nothing behind.
import { all, element, one, tell, text } from "./dom.js";
import { commandId, follow } from "./feed.js";
import { chosen, markChosen, sayChosen, take } from "./take.js";
import { say, sayMinutes } from "./words.js";

/** Which buttons stand below each step. */
/** @type {{[step: string]: string[]}} */
const BUTTONS = { office: ["restart", "check"], errand: ["back", "restart", "more", "check"], confirm: ["back", "restart", "take"], done: ["done"] };
/** @type {{[step: string]: string}} */
const BEFORE = { errand: "office", confirm: "errand" };

const page = JSON.parse(one("#page").textContent);
const form = one("[data-form]");
let step = "office";
let office = "";
let idleS = 0;

// Lifecycle

function start() {
  document.addEventListener("click", press);
  for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, wake, { capture: true, passive: true });
  form.addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
  form.addEventListener("change", paint);
  setInterval(tick, 1000);
  one("[data-foot]").hidden = false;
  follow({ base: page.base, channels: ["bazaar"], frames: [page.frame], onFrame: paintBazaar, onAge: paintTrouble });
  restart();
  document.body.dataset.ready = "";
}

function tick() {
  const fresh = !isInUse() && document.documentElement.lang === page.first_language;
  idleS = fresh ? 0 : idleS + 1;
  const left = page.idle_s - idleS;
  const asks = left <= page.warning_s;
  const dialog = one("[data-idle]");
  one("[data-seconds]", dialog).textContent = left;
  if (asks && dialog.hidden) {
    dialog.hidden = false;
    one("button", dialog).focus();
  }
  if (left <= 0) leave();
}

function wake() {
  idleS = 0;
  one("[data-idle]").hidden = true;
}

function isInUse() {
  return step !== "office" || chosen(form).length > 0;
}

// Actions

/** @type {{[button: string]: () => void}} */
const DO = {
  back: () => show(BEFORE[step]),
  more: () => show("office"),
  check: () => show("confirm"),
  stay: wake,
  done: leave,
  restart,
  take: takeNumbers,
};

/** @param {any} event */
function press(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.open) openOffice(button.dataset.open);
  else if (button.dataset.do) DO[button.dataset.do]();
}

/** @param {string} code */
function openOffice(code) {
  office = code;
  show("errand");
}

function restart() {
  form.reset();
  form.elements.command_id.value = commandId();
  show("office");
}

/** The next person finds the first page in the first language; a fresh copy of it, if the server can be reached. */
async function leave() {
  wake();
  restart();
  const home = `${location.pathname}?lang=${page.first_language}`;
  const reachable = await fetch(home, { credentials: "same-origin" }).then((answer) => answer.ok, () => false);
  if (reachable && !isInUse()) location.replace(home);
}

async function takeNumbers() {
  const button = one('[data-do="take"]');
  if (button.disabled) return;
  button.disabled = true;
  tell(one("[data-answer]"), "");
  const { taken, sentence } = await take(form, page.strings.unsent);
  button.disabled = false;
  if (taken) showNumbers(taken);
  else tell(one("[data-answer]"), sentence);
}

// Render

/** @param {string} name */
function show(name) {
  step = name;
  tell(one("[data-answer]"), "");
  for (const section of all("[data-step]", form)) section.hidden = section.dataset.step !== step;
  for (const fieldset of all("fieldset[data-office]", form)) fieldset.hidden = fieldset.dataset.office !== office;
  one(".kiosk-main").scrollTop = 0;
  one(`[data-step="${step}"] h1`, form).focus();
  paint();
}

function paint() {
  const errands = chosen(form);
  for (const button of all("[data-foot] [data-do]")) {
    const order = button.dataset.do;
    const wanted = BUTTONS[step].includes(order);
    button.hidden = !wanted || (step === "office" && !errands.length);
    if (order === "check") button.disabled = !errands.length;
  }
  markChosen(form);
  for (const button of all("[data-open]", form)) {
    const count = errands.filter((errand) => officeOf(errand).dataset.office === button.dataset.open).length;
    text(one("[data-office-chosen]", button), count || "");
  }
  sayChosen(form, (errand) => nameOf(officeOf(errand)));
}

/** @param {{tickets: any[], url: string}} answer */
function showNumbers({ tickets, url }) {
  const numbers = one("[data-numbers]", form);
  numbers.className = tickets.length > 1 ? "kiosk-numbers several" : "kiosk-numbers";
  numbers.textContent = "";
  numbers.append(...tickets.map(number));
  const picture = document.createElement("img");
  picture.src = `${url}/qr.svg`;
  picture.alt = page.strings.qr;
  const place = one("[data-qr]", form);
  place.textContent = "";
  place.append(picture);
  show("done");
}

/** @param {{label: string, line: string, ahead: number | null}} ticket */
function number({ label, line, ahead }) {
  const made = document.createElement("li");
  made.dataset.ticket = label;
  made.append(element("span", "label-badge", label), element("span", "kiosk-office", nameOf(officeOf(one(`[data-line="${line}"]`, form)))));
  if (ahead !== null) made.append(element("span", "kiosk-ahead", `${page.strings.ahead}: ${ahead}`));
  return made;
}

/** @param {import("./feed.js").Frame} frame */
function paintBazaar({ view }) {
  for (const [prefix, line] of Object.entries(view.lines)) {
    const waiting = Object.values(line.waiting).reduce((sum, count) => sum + count, 0);
    one(`[data-wait="${prefix}"]`, form).textContent = `${say(page.strings.waiting, { n: waiting })} · ${sayMinutes(line.minutes, page.strings)}`;
    for (const errand of all(`[data-line="${prefix}"]`, form)) setOpen(errand, line.open && !view.closed_services.includes(errand.dataset.errand));
  }
  markChosen(form);
  for (const button of all("[data-open]", form)) {
    button.disabled = !one(`fieldset[data-office="${button.dataset.open}"] input:not(:disabled)`, form);
  }
}

/** @param {HTMLElement} errand @param {boolean} open */
function setOpen(errand, open) {
  const input = one("input", errand);
  input.disabled = !open;
  if (!open) input.checked = false;
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
