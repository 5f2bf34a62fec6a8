// The organiser's desk: every counter, every line, and what the organiser presses. The rows are drawn by the server; this keeps them true.

import { all, disable, mark, one, renderRows, text } from "./dom.js";
import { Screens } from "./screens.js";
import { Staff } from "./staff.js";
import { duration, say } from "./words.js";

const page = JSON.parse(one("#page").textContent);
const strings = page.strings;
const clock = new Intl.DateTimeFormat("id-ID", { hour: "2-digit", minute: "2-digit", timeZone: page.timezone });
const screens = new Screens(strings.devices, clock);
const staff = new Staff(page, { render, renderClock, renderAge, mayPress });

// Actions

/** The same thing is not asked for twice at once. @param {any} command @param {import("./press.js").Press[]} waiting */
function mayPress(command, waiting) {
  const what = (/** @type {any} */ { do: order, counter, service, id, ticket, screen }) => JSON.stringify([order, counter, service, id, ticket, screen]);
  return !waiting.some((press) => what(press.command) === what(command));
}

// Render

/** @param {any} view */
function render(view) {
  one("[data-bazaar-closed]").hidden = !view.closed;
  one("[data-end]").hidden = view.closed;
  for (const place of all("[data-total]")) text(place, String(view.totals[place.dataset.total]));
  for (const stand of view.counters) renderCounter(one(`[data-counter="${stand.counter}"]`), stand);
  for (const line of view.lines) renderLine(one(`[data-line="${line.line}"]`), line);
  for (const office of all("[data-office]")) renderOffice(office, view.closed_services);
  renderAnnouncements(view.announcements);
  screens.render(view.screens);
  for (const button of all("[data-command] button")) disable(button, view.closed);
}

/** @param {any} tile @param {any} stand */
function renderCounter(tile, stand) {
  tile.dataset.state = stand.state;
  tile.dataset.label = stand.label || "";
  one("[data-state-word]", tile).setAttribute("data-status", stand.state);
  text(one("[data-state-word]", tile), strings.states[stand.state]);
  text(one("[data-label]", tile), stand.label || "");
  text(one("[data-reason]", tile), stand.reason);
  text(one("[data-served]", tile), String(stand.served));
  const open = one(`[data-command="open_counter"] button`, tile);
  text(open, stand.state === "paused" ? strings.resume : strings.open);
  open.hidden = stand.state === "open";
  one(`[data-command="pause_counter"] button`, tile).hidden = stand.state !== "open";
  one(`[data-command="close_counter"] button`, tile).hidden = stand.state === "closed";
}

/** @param {any} row @param {any} line */
function renderLine(row, line) {
  for (const cell of all("[data-cell]", row)) {
    const value = line[cell.dataset.cell];
    text(cell, value === null ? "–" : String(value));
  }
}

/** @param {any} office @param {string[]} closed */
function renderOffice(office, closed) {
  let count = 0;
  for (const row of all("[data-service]", office)) {
    const shut = closed.includes(row.dataset.service);
    if (shut) count += 1;
    mark(row, "data-shut", shut ? "" : false);
    one(`[data-command="close_service"] button`, row).hidden = shut;
    one(`[data-command="reopen_service"] button`, row).hidden = !shut;
  }
  text(one("[data-closed-count]", office), count ? `${count} × ${strings.states.closed}` : "");
}

/** @param {any[]} announcements */
function renderAnnouncements(announcements) {
  renderRows(one("[data-announcements]"), announcements, (said) => said.id, (row, said) => {
    row.dataset.announcement = said.id;
    row.dataset.until = said.until;
    text(one("[data-text]", row), said.text);
    text(one("[data-scope]", row), said.scope === "bazaar" ? strings.everybody : page.agencies[said.scope] || said.scope);
    text(one("[data-until]", row), say(strings.until, { time: clock.format(said.until) }));
    one("[name=id]", row).value = said.id;
  });
}

/** @param {number} now the hub's time, Unix ms */
function renderClock(now) {
  const view = staff.frame.view;
  for (const stand of view.counters) text(one(`[data-counter="${stand.counter}"] [data-since]`), stand.since ? duration(now - stand.since) : "");
  for (const line of view.lines) text(one(`[data-line="${line.line}"] [data-wait]`), line.waiting_since ? duration(now - line.waiting_since) : "–");
  for (const row of all("[data-announcement]")) row.hidden = Number(row.dataset.until) <= now;
}

/** @param {import("./feed.js").Age} age */
function renderAge(age) {
  text(one("[data-offset]"), String(age.offset));
  text(one("[data-head]"), age.head);
}

// Lifecycle

staff.start();
