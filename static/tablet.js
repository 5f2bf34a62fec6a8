// A counter's tablet: one huge Next, what is at the counter, and the rest within a thumb's reach. Presses are kept in press.js.

import { all, mark, one, text } from "./dom.js";
import { Staff, disable, duration, renderRows } from "./staff.js";
import { say } from "./words.js";

/** Two taps in one twitch are one press, also when the answer comes between them. */
const DOUBLE_TAP_MS = 700;
const NUMBER_DIGITS = 3;
/** Orders about the ticket at the counter: while one of these waits, it is not known who will be there. */
const ABOUT_TICKET = ["next", "recall", "absent", "hold", "finish", "undo", "transfer", "call_out_of_order"];
const ABOUT_COUNTER = ["open_counter", "pause_counter", "close_counter"];
const SHORTCUTS = "urut:shortcuts";

const page = JSON.parse(one("#page").textContent);
const strings = page.strings;
const staff = new Staff(page, { render, renderClock, mayPress, pressed: closeSheets });
/** Who was at the counter at the last look, and when that changed. */
let known = { label: labelOf(page.frame.view.serving), at: -DOUBLE_TAP_MS };

// Lifecycle

function start() {
  for (const summary of all("[data-sheet] > summary")) summary.addEventListener("click", onSummary);
  for (const link of all("[data-close]")) link.addEventListener("click", (/** @type {Event} */ event) => { event.preventDefault(); closeSheets(); });
  for (const input of all("[data-filter]")) input.addEventListener("input", () => filter(input));
  document.addEventListener("keydown", onKey);
  setUpShortcuts();
  staff.start();
  focusMain();
}

function setUpShortcuts() {
  const box = one("[data-shortcuts]");
  box.checked = kept() !== "off";
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(SHORTCUTS, box.checked ? "on" : "off");
    } catch (_) {
      // Where nothing may be stored, the choice lasts as long as the page.
    }
  });
}

function kept() {
  try {
    return localStorage.getItem(SHORTCUTS);
  } catch (_) {
    return null;
  }
}

// Actions

/** Whether a press makes sense on top of those that wait. @param {import("./press.js").Command} command @param {import("./press.js").Press[]} waiting */
function mayPress(command, waiting) {
  if (command.do === "next" && performance.now() - known.at < DOUBLE_TAP_MS) return false;
  return !waiting.some((press) => hinders(press.command, command));
}

/** @param {import("./press.js").Command} first @param {import("./press.js").Command} second */
function hinders(first, second) {
  if (ABOUT_COUNTER.includes(second.do)) return ABOUT_COUNTER.includes(first.do);
  if (ABOUT_TICKET.includes(second.do)) return ABOUT_COUNTER.includes(first.do) || ABOUT_TICKET.includes(first.do);
  return first.do === second.do && first.ticket === second.ticket;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key === "Escape") return closeSheets();
  const target = /** @type {HTMLElement} */ (event.target);
  const typing = target.matches("input:not([type=checkbox]), textarea, select");
  if (typing || event.repeat || event.ctrlKey || event.altKey || event.metaKey || !one("[data-shortcuts]").checked) return;
  const button = all(`button[data-key="${CSS.escape(event.key.toLowerCase())}"], summary[data-key="${CSS.escape(event.key.toLowerCase())}"]`).find(isShown);
  if (!button) return;
  event.preventDefault();
  button.click();
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
  const first = one(".sheet input:not([type=checkbox]), .sheet select, .sheet button, .sheet label", details);
  if (first) first.focus();
}

function closeSheets() {
  const open = all("[data-sheet][open]");
  for (const details of open) details.open = false;
  for (const input of all("[data-filter]")) {
    input.value = "";
    filter(input);
  }
  if (open.length) focusMain();
}

/** Leave only the choices that have all the words. @param {any} input */
function filter(input) {
  const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const choice of all(`[data-filtered="${input.dataset.filter}"] > li`)) {
    const words = choice.dataset.words.toLowerCase();
    choice.hidden = !wanted.every((/** @type {string} */ word) => words.includes(word));
    if (!choice.hidden) found += 1;
  }
  one(`[data-none="${input.dataset.filter}"]`).hidden = found > 0;
}

function focusMain() {
  const button = all("[data-next-button], [data-open-button]").find(isShown);
  if (button) button.focus();
}

// Render

/** @param {any} view */
function render(view) {
  const hadFocus = document.activeElement && document.activeElement !== document.body;
  const label = labelOf(view.serving);
  if (label !== known.label) {
    known = { label, at: performance.now() };
    one("main").scrollTop = 0;
    setTimeout(() => staff.render(), DOUBLE_TAP_MS);
  }
  document.body.setAttribute("data-state", view.state);
  document.title = `${label || "–"} · ${strings.counter}`;
  for (const part of all("[data-only]")) part.hidden = !part.dataset.only.split(" ").includes(view.state);
  one("[data-bazaar-closed]").hidden = !view.closed;
  renderHead(view);
  renderHere(view.serving);
  renderAsides(view);
  renderNext(view);
  renderForms(view, label);
  if (hadFocus && document.activeElement === document.body) focusMain();
}

/** @param {any} view */
function renderHead(view) {
  const state = one("[data-counter-state]");
  const shown = view.closed ? "closed" : view.state;
  state.setAttribute("data-status", shown);
  text(state, strings.states[shown]);
  text(one("[data-reason]"), view.reason);
}

/** @param {any} serving */
function renderHere(serving) {
  text(one("[data-serving]"), labelOf(serving));
  one("[data-nobody]").hidden = Boolean(serving);
  one("[data-facts]").hidden = !serving;
  renderRows(one("[data-errands]"), serving ? serving.services : [], (code) => code, (row, code) => {
    text(one("[data-name]", row), page.services[code].name);
    text(one("[data-requirements]", row), page.services[code].requirements.join(" · "));
  });
  if (!serving) return;
  text(one("[data-calls]"), String(serving.calls));
  text(one("[data-lane]"), strings.lanes[serving.lane]);
}

/** @param {any} view */
function renderAsides(view) {
  for (const name of ["held", "absent", "busy"]) {
    const aside = one(`[data-aside="${name}"]`);
    aside.hidden = view[name].length === 0;
    text(one("[data-count]", aside), String(view[name].length));
  }
  for (const name of ["held", "absent"]) {
    renderRows(one(`[data-list="${name}"]`), view[name], (label) => label, (row, label) => {
      row.dataset.ticket = label;
      text(one("[data-label]", row), label);
      one("[name=ticket]", row).value = label;
    });
  }
  renderRows(one(`[data-list="busy"]`), view.busy, (other) => other.label, (row, other) => {
    row.dataset.ticket = other.label;
    text(one("[data-label]", row), other.label);
    text(one("[data-busy-at]", row), String(other.busy_at));
  });
}

/** @param {any} view */
function renderNext(view) {
  const first = staff.waiting().find((press) => press.command.do === "next");
  const word = !first ? strings.next : staff.presses.trouble ? strings.waiting : strings.sending;
  text(one("[data-next-word]"), word);
  text(one("[data-next]"), first ? "" : view.next || "");
  const nobody = view.waiting ? strings.busy : view.serving ? strings.only_finish : strings.nobody;
  text(one("[data-next-note]"), view.next || first ? "" : nobody);
  text(one("[data-open-word]"), view.state === "paused" ? strings.resume : strings.open);
  const lanes = view.lanes.map((/** @type {any} */ lane) => `${lane.prefix} ${lane.count}`).join(" · ");
  for (const place of all("[data-lanes]")) text(place, lanes);
}

/** What each form would say if it were pressed now, and whether it may be. @param {any} view @param {string} label */
function renderForms(view, label) {
  const waiting = staff.waiting();
  const blocked = (/** @type {string} */ order) => view.closed || !mayPress({ command_id: "", do: order }, waiting);
  for (const form of all("[data-command]")) {
    const order = form.dataset.command;
    if (order === "next") form.elements.namedItem("seen").value = label;
    else if (ABOUT_TICKET.includes(order) && order !== "call_out_of_order") form.elements.namedItem("ticket").value = label;
    if (ABOUT_COUNTER.includes(order) || order === "next") for (const button of all("button", form)) disable(button, blocked(order));
  }
  const actions = /** @type {const} */ (["recall", "hold", "finish"]);
  for (const order of actions) {
    disable(one(`[data-command="${order}"] button`), !view.serving || blocked(order) || (order === "recall" && view.state !== "open"));
  }
  const toTransfer = Boolean(view.serving) && !blocked("transfer");
  disable(one(`[data-sheet="transfer"] > summary`), !toTransfer);
  for (const button of all(`[data-command="transfer"] button`)) disable(button, !toTransfer || view.closed_services.includes(button.value));
  renderSupervisor(view, blocked("call_out_of_order"));
}

/** @param {any} view @param {boolean} blocked */
function renderSupervisor(view, blocked) {
  const select = one(`[data-list="waiting"]`);
  if (!select) return;
  one("[data-occupied]").hidden = !view.serving;
  for (const button of all(`[data-command="call_out_of_order"] button`)) disable(button, Boolean(view.serving) || blocked || view.state !== "open");
  renderRows(select, view.lanes.reduce((/** @type {string[]} */ labels, /** @type {any} */ lane) => labels.concat(labelsOf(lane)), []), (label) => label, (row, label) => {
    row.value = label;
    text(row, label);
  });
}

/** What the clock alone changes. @param {number} now the hub's time, Unix ms */
function renderClock(now) {
  const view = staff.frame.view;
  const serving = view.serving;
  const waiting = staff.waiting();
  const secondsTo = (/** @type {number} */ at) => Math.max(0, Math.ceil((at - now) / 1000));
  const free = serving && !view.closed && !waiting.some((press) => hinders(press.command, { command_id: "", do: "absent" }));
  if (serving) text(one("[data-since]"), duration(now - serving.since));

  const absent = one(`[data-command="absent"] button`);
  const toAbsent = serving ? secondsTo(serving.absent_from) : 0;
  disable(absent, !free || serving.recalls_left > 0 || toAbsent > 0);
  const note = !serving ? "" : serving.recalls_left ? strings.recall_first : toAbsent ? say(strings.seconds, { n: toAbsent }) : "";
  text(one("[data-note]", absent), note);

  const toUndo = serving ? secondsTo(serving.undo_until) : 0;
  mark(one("[data-undo]"), "data-gone", toUndo ? false : "");
  const undo = one(`[data-command="undo"] button`);
  disable(undo, !free || toUndo === 0);
  text(one("[data-note]", undo), toUndo ? say(strings.seconds_left, { n: toUndo }) : "");
  const active = /** @type {HTMLElement} */ (document.activeElement);
  if (active !== document.body && !isShown(active)) focusMain();
}

/** @param {any} serving */
function labelOf(serving) {
  return serving ? serving.label : "";
}

/** The labels of a lane's number ranges ("13-40,42"). @param {{prefix: string, numbers: string}} lane */
function labelsOf(lane) {
  /** @type {string[]} */
  const labels = [];
  for (const range of lane.numbers.split(",").filter(Boolean)) {
    const [first, last] = range.split("-").map(Number);
    for (let number = first; number <= (last || first); number += 1) labels.push(`${lane.prefix}-${String(number).padStart(NUMBER_DIGITS, "0")}`);
  }
  return labels;
}

/** @param {HTMLElement} element */
function isShown(element) {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
}

start();
