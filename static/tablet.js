// A counter's tablet: one huge Next, what is at the counter, and the rest within a thumb's reach. Presses are kept in press.js.

import { Arming } from "./arming.js";
import { ask } from "./ask.js";
import { stayAwake } from "./awake.js";
import { all, disable, mark, one, renderRows, text } from "./dom.js";
import { isShown, setUpKeys } from "./keys.js";
import { closeSheets, setUpSheets, tellWaits } from "./sheets.js";
import { Staff, sayState } from "./staff.js";
import { setUpTakeover, tellStands } from "./takeover.js";
import { duration, say } from "./words.js";

/** Two taps in one twitch are one press, also when the answer comes between them. */
const DOUBLE_TAP_MS = 700;
const NUMBER_DIGITS = 3;
/** Orders about the ticket at the counter: while one of these waits, it is not known who will be there. */
const ABOUT_TICKET = ["next", "recall", "absent", "hold", "finish", "undo", "transfer", "call_out_of_order"];
const ABOUT_COUNTER = ["open_counter", "pause_counter", "close_counter"];

const page = JSON.parse(one("#page").textContent);
const strings = page.strings;
const arming = new Arming(askAgain, askNoMore);
const staff = new Staff(page, { render, renderClock, mayPress, isMeant: (form, button) => arming.isMeant(form, button), isMoot, pressed: closeSheets });
/** Who was at the counter at the last look, and when that changed. */
let known = { label: labelOf(page.frame.view.serving), at: -DOUBLE_TAP_MS };

// Lifecycle

function start() {
  setUpSheets({ opened: look, closed: focusMain });
  setUpKeys();
  setUpTakeover({ mayMove: () => staff.waiting().length === 0, refuse: (sentence) => staff.tell("refused", sentence), strings });
  document.addEventListener("click", stayHere);
  stayAwake((awake) => {
    text(one("[data-awake]"), awake ? strings.awake : strings.asleep);
    one("[data-awake]").hidden = false;
  });
  staff.start();
  focusMain();
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

/** @param {Element} button @param {string} what */
function askAgain(button, what) {
  sayState(button, strings.once_more);
  staff.tell("asked", say(strings.again, { what }));
}

/** @param {Element} button */
function askNoMore(button) {
  sayState(button, "");
  if (document.body.getAttribute("data-told") === "asked") staff.tell("", "");
}

/** Whether the hub would refuse the order, or has carried it out, by what is at the counter. @param {import("./press.js").Command} command @param {any} view */
function isMoot(command, view) {
  const label = labelOf(view.serving);
  if (command.do === "next") return label !== (command.seen || "") || view.state !== "open";
  if (command.do === "recall") return label !== command.ticket || view.state !== "open";
  return command.do === "call_out_of_order" && label !== "";
}

/** A link would lead to the browser's own error page while there is no network. @param {Event} event */
function stayHere(event) {
  const link = /** @type {Element} */ (event.target).closest("a[href]");
  if (!link || link.hasAttribute("data-close") || document.body.hasAttribute("data-connected")) return;
  event.preventDefault();
  staff.tell("refused", strings.offline);
}

/** Fetch what an opened sheet tells of other counters and lines; without an answer it tells what it knew. @param {string} sheet */
async function look(sheet) {
  const channel = { transfer: "bazaar", takeover: "hall" }[sheet];
  if (!channel) return;
  const { ok, body } = await ask("GET", `${page.base}/views/${channel}`);
  if (ok && sheet === "transfer") tellWaits(body.view, (n) => `· ${say(strings.wait_there, { n })}`);
  else if (ok) tellStands(body.view, strings.states);
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
    arming.disarm();
    one("main").scrollTop = 0;
    setTimeout(() => staff.render(), DOUBLE_TAP_MS);
  }
  document.body.setAttribute("data-state", view.state);
  document.title = `${label || "–"} · ${strings.counter}`;
  for (const part of all("[data-only]")) part.hidden = !part.dataset.only.split(" ").includes(view.state);
  one("[data-bazaar-closed]").hidden = !view.closed;
  renderHead(view);
  renderHere(view);
  renderAsides(view);
  renderNext(view);
  renderForms(view, label);
  renderReach();
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

/** @param {any} view */
function renderHere(view) {
  const serving = view.serving;
  text(one("[data-serving]"), labelOf(serving));
  one("[data-nobody]").hidden = Boolean(serving);
  one("[data-facts]").hidden = !serving;
  one("[data-representing]").hidden = !(serving && serving.representing);
  one("[data-unsaid]").hidden = !serving || serving.services.length > 0;
  for (const place of all("[data-occupied]")) place.hidden = !serving;
  for (const errand of all("[data-errand]")) errand.hidden = !serving || !serving.services.includes(errand.dataset.errand);
  text(one("[data-served]"), view.served);
  one("[data-average]").hidden = view.served === 0;
  text(one("[data-average-time]"), view.served ? duration(view.served_ms / view.served) : "");
  if (!serving) return;
  text(one("[data-calls]"), String(serving.calls));
  text(one("[data-lane]"), strings.lanes[serving.lane]);
}

/** @param {any} view */
function renderAsides(view) {
  for (const name of ["held", "absent", "busy", "returned"]) {
    const aside = one(`[data-aside="${name}"]`);
    aside.hidden = view[name].length === 0;
    text(one("[data-count]", aside), String(view[name].length));
  }
  for (const name of ["held", "absent"]) {
    renderRows(one(`[data-list="${name}"]`), view[name].slice(-page.shown_aside).reverse(), (label) => label, renderTicket);
    renderRows(one(`[data-list="all-${name}"]`), view[name].slice().sort(), (label) => label, renderTicket);
    text(one(`[data-count-of="${name}"]`), String(view[name].length));
  }
  text(one("[data-sheet-count]"), view.held.length + view.absent.length);
  renderRows(one(`[data-list="busy"]`), view.busy, (other) => other.label, (row, other) => {
    renderTicket(row, other.label);
    text(one("[data-busy-at]", row), String(other.busy_at));
  });
  renderRows(one(`[data-list="returned"]`), view.returned, (other) => other.label, (row, other) => {
    renderTicket(row, other.label);
    text(one("[data-calls-left]", row), say(strings.calls_left, { n: other.calls_left }));
  });
}

/** @param {any} row @param {string} label */
function renderTicket(row, label) {
  row.dataset.ticket = label;
  text(one("[data-label]", row), label);
  for (const field of all("[name=ticket]", row)) field.value = label;
}

/** @param {any} view */
function renderNext(view) {
  const waiting = staff.waiting();
  const first = waiting.find((press) => press.command.do === "next");
  text(one("[data-next-word]"), first ? staff.stateOf(first.command.command_id) : strings.next);
  text(one("[data-next]"), first ? "" : view.next || "");
  const nobody = view.waiting ? strings.busy : view.serving ? strings.only_finish : strings.nobody;
  const before = waiting.find((press) => hinders(press.command, { command_id: "", do: "next" }));
  const held = before && !first ? `${strings.orders[before.command.do]}: ${staff.stateOf(before.command.command_id)}` : "";
  text(one("[data-next-note]"), held || (view.next || first ? "" : nobody));
  text(one("[data-open-word]"), view.state === "paused" ? strings.resume : strings.open);
  const lanes = view.lanes.map((/** @type {any} */ lane) => `${lane.prefix} ${lane.count}`).join(" · ");
  for (const place of all("[data-lanes]")) text(place, lanes);
}

/** What each form would say if it were pressed now, and whether it may be. @param {any} view @param {string} label */
function renderForms(view, label) {
  const waiting = staff.waiting();
  const blocked = (/** @type {string} */ order) => view.closed || !mayPress({ command_id: "", do: order }, waiting);
  const asked = staff.presses.asked();
  for (const form of all("[data-command]")) {
    const order = form.dataset.command;
    if (order === "next") form.elements.namedItem("seen").value = label;
    else if (ABOUT_TICKET.includes(order) && order !== "call_out_of_order") form.elements.namedItem("ticket").value = label;
    const again = asked && asked.command.do === order;
    if (ABOUT_COUNTER.includes(order) || order === "next") for (const button of all("button", form)) disable(button, !again && blocked(order));
  }
  const actions = /** @type {const} */ (["recall", "hold", "finish"]);
  for (const order of actions) {
    const again = asked && asked.command.do === order;
    disable(one(`[data-command="${order}"] button`), !again && (!view.serving || blocked(order) || (order === "recall" && view.state !== "open")));
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
  for (const button of all(`[data-command="call_out_of_order"] button`)) disable(button, Boolean(view.serving) || blocked || view.state !== "open");
  renderRows(select, view.lanes.reduce((/** @type {string[]} */ labels, /** @type {any} */ lane) => labels.concat(labelsOf(lane)), []), (label) => label, (row, label) => {
    row.value = label;
    text(row, label);
  });
}

/** What is longer than the screen can be scrolled by keys too. */
function renderReach() {
  const main = one("main");
  mark(main, "tabindex", main.scrollHeight > main.clientHeight ? "0" : false);
}

/** What the clock alone changes. @param {number} now the hub's time, Unix ms */
function renderClock(now) {
  const view = staff.frame.view;
  const serving = view.serving;
  const waiting = staff.waiting();
  const secondsTo = (/** @type {number} */ at) => Math.max(0, Math.ceil((at - now) / 1000));
  const free = serving && !view.closed && !waiting.some((press) => hinders(press.command, { command_id: "", do: "absent" }));
  if (serving) text(one("[data-since]"), duration(now - serving.since));
  for (const place of all("[data-longest]")) place.hidden = view.waiting_since === null;
  if (view.waiting_since !== null) for (const place of all("[data-longest-time]")) text(place, duration(now - view.waiting_since));
  for (const row of all(".listed")) {
    const at = view.called_at[row.dataset.ticket];
    text(one("[data-when]", row), at ? say(strings.called_ago, { ago: duration(now - at) }) : strings.never_called);
  }

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
  if (serving) one("[data-undo-left]").value = Math.max(0, (serving.undo_until - now) / Math.max(1, serving.undo_until - serving.since));
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

start();
