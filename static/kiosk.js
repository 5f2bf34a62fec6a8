// The ticket kiosk: office, errands, check, number. One press is carried out once, however often it is sent; whoever walks away
// leaves nothing behind.
import { commandId, follow } from "./feed.js";
import { say, sayMinutes } from "./words.js";

const SILENCE_S_MAX = 25;
/** Which buttons stand below each step. */
/** @type {{[step: string]: string[]}} */
const BUTTONS = { office: ["restart", "check"], errand: ["back", "restart", "more", "check"], confirm: ["back", "restart", "take"], done: ["done"] };
/** @type {{[step: string]: string}} */
const BEFORE = { errand: "office", confirm: "errand" };

const page = JSON.parse(find(document, "#page").textContent);
const form = find(document, "[data-form]");
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
  find(document, "[data-foot]").hidden = false;
  follow({ base: page.base, channels: ["bazaar"], frames: [page.frame], onFrame: paintBazaar, onAge: paintTrouble });
  restart();
  document.body.dataset.ready = "";
}

function tick() {
  const fresh = !isInUse() && document.documentElement.lang === page.first_language;
  idleS = fresh ? 0 : idleS + 1;
  const left = page.idle_s - idleS;
  const asks = left <= page.warning_s;
  const dialog = find(document, "[data-idle]");
  find(dialog, "[data-seconds]").textContent = left;
  if (asks && dialog.hidden) {
    dialog.hidden = false;
    find(dialog, "button").focus();
  }
  if (left <= 0) leave();
}

function wake() {
  idleS = 0;
  find(document, "[data-idle]").hidden = true;
}

function isInUse() {
  return step !== "office" || chosen().length > 0;
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
  take,
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
  const reachable = await fetch(home).then((answer) => answer.ok, () => false);
  if (reachable && !isInUse()) location.replace(home);
}

async function take() {
  const button = find(document, '[data-do="take"]');
  if (button.disabled) return;
  button.disabled = true;
  answer("");
  const { command_id: id, lane } = form.elements;
  const wish = { services: chosen().map((errand) => errand.dataset.errand), lane: lane.value, command_id: id.value };
  const sentence = await send(wish);
  button.disabled = false;
  answer(sentence);
}

/** Ask for the numbers and show them; or what went wrong. Without an answer the next press sends the same command, not another. @param {object} wish */
async function send(wish) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  try {
    const said = await fetch(form.action, { method: "POST", headers, body: JSON.stringify(wish) });
    const body = await said.json();
    if (said.status < 500) form.elements.command_id.value = commandId();
    if (said.ok) showNumbers(body);
    return said.ok ? "" : body.sentence;
  } catch (error) {
    return page.strings.unsent;
  }
}

/** @param {string} sentence */
function answer(sentence) {
  const place = find(document, "[data-answer]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

// Render

/** @param {string} name */
function show(name) {
  step = name;
  answer("");
  for (const section of form.querySelectorAll("[data-step]")) section.hidden = section.dataset.step !== step;
  for (const fieldset of form.querySelectorAll("fieldset[data-office]")) fieldset.hidden = fieldset.dataset.office !== office;
  find(document, ".kiosk-main").scrollTop = 0;
  find(form, `[data-step="${step}"] h1`).focus();
  paint();
}

function paint() {
  const errands = chosen();
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = document.querySelectorAll("[data-foot] [data-do]");
  for (const button of buttons) {
    const order = String(button.dataset.do);
    const wanted = BUTTONS[step].includes(order);
    button.hidden = !wanted || (step === "office" && !errands.length);
    if (order === "check") button.disabled = !errands.length;
  }
  for (const choice of form.querySelectorAll(".choice")) mark(choice, find(choice, "input").checked);
  for (const button of form.querySelectorAll("[data-open]")) {
    const count = errands.filter((errand) => officeOf(errand).dataset.office === button.dataset.open).length;
    find(button, "[data-office-chosen]").textContent = count || "";
  }
  const list = find(form, "[data-wishes]");
  list.textContent = "";
  list.append(...errands.map(item));
}

/** An errand as it is said once more before the number is taken: its office, its name and what to bring. @param {HTMLElement} errand */
function item(errand) {
  const line = document.createElement("li");
  const papers = find(errand, ".errand-papers");
  line.append(`${nameOf(officeOf(errand))} · `, element("b", "", find(errand, ".errand-name").textContent));
  if (papers) line.append(element("span", "errand-papers", papers.textContent));
  return line;
}

/** @param {{tickets: any[], url: string}} answer */
function showNumbers({ tickets, url }) {
  const numbers = find(form, "[data-numbers]");
  numbers.className = tickets.length > 1 ? "kiosk-numbers several" : "kiosk-numbers";
  numbers.textContent = "";
  numbers.append(...tickets.map(number));
  const picture = document.createElement("img");
  picture.src = `${url}/qr.svg`;
  picture.alt = page.strings.qr;
  const place = find(form, "[data-qr]");
  place.textContent = "";
  place.append(picture);
  show("done");
}

/** @param {{label: string, line: string, ahead: number | null}} ticket */
function number({ label, line, ahead }) {
  const made = document.createElement("li");
  made.dataset.ticket = label;
  made.append(element("span", "label-badge", label), element("span", "kiosk-office", nameOf(officeOf(find(form, `[data-line="${line}"]`)))));
  if (ahead !== null) made.append(element("span", "kiosk-ahead", `${page.strings.ahead}: ${ahead}`));
  return made;
}

/** @param {import("./feed.js").Frame} frame */
function paintBazaar({ view }) {
  for (const [prefix, line] of Object.entries(view.lines)) {
    const waiting = Object.values(line.waiting).reduce((sum, count) => sum + count, 0);
    find(form, `[data-wait="${prefix}"]`).textContent = `${say(page.strings.waiting, { n: waiting })} · ${sayMinutes(line.minutes, page.strings)}`;
    for (const errand of form.querySelectorAll(`[data-line="${prefix}"]`)) setOpen(errand, line.open && !view.closed_services.includes(errand.dataset.errand));
  }
  for (const button of form.querySelectorAll("[data-open]")) {
    button.disabled = !find(form, `fieldset[data-office="${button.dataset.open}"] input:not(:disabled)`);
  }
}

/** @param {HTMLElement} errand @param {boolean} open */
function setOpen(errand, open) {
  const input = find(errand, "input");
  input.disabled = !open;
  if (!open) input.checked = false;
  mark(errand, input.checked);
  find(errand, "[data-closed]").hidden = open;
}

/** @param {import("./feed.js").Age} age */
function paintTrouble({ seconds }) {
  find(document, "[data-trouble]").hidden = seconds <= SILENCE_S_MAX;
}

/** @param {HTMLElement} errand @returns {any} the fieldset of its office */
function officeOf(errand) {
  return errand.closest("fieldset");
}

/** @param {HTMLElement} office @returns {string} */
function nameOf(office) {
  return find(office, "legend").textContent;
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

/** @param {string} tag @param {string} look @param {string} text */
function element(tag, look, text) {
  const made = document.createElement(tag);
  made.className = look;
  made.textContent = text;
  return made;
}

/** @param {any} within @param {string} selector @returns {any} */
function find(within, selector) {
  return within.querySelector(selector);
}

start();
