// The hall TV: pages of counters, and a call that takes the screen. What to call next is decided in calls.js.

import { Between } from "./between.js";
import { CallQueue } from "./calls.js";
import { all, mark, one, text } from "./dom.js";
import { follow } from "./feed.js";
import { watchLink } from "./link.js";
import { keepReporting } from "./report.js";
import { speakCalls } from "./speech.js";
import { say } from "./words.js";

/** @typedef {import("./calls.js").Call} Call */

/** A call keeps the screen at least so long; then the next one, or the counters again. */
const CALL_MS = 8000;
/** A counter keeps its amber edge so long after a call. */
const FRESH_EDGE_MS = 30000;
/** So many of the calls that wait for the screen are told below the one that has it. */
const QUEUE_SHOWN = 3;
/** A name of an agency up to so long fits in large letters: in a call on one line, on the board on three. */
const NAME_CHARACTERS = { call: 22, board: 36 };
/** So many characters of a saying fit on one line of the foot, and in smaller letters on two. */
const LINE_CHARACTERS = [60, 120];
/** Nothing stands still for years: the picture goes a step round a small square each minute, so that no TV burns it in. */
const SHIFT_MS = 60000;
const SHIFTS = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]];

const page = JSON.parse(one("#page").textContent);
const memoryKey = `urut:shown:${page.base}:${page.frame.channel}`;
const queue = new CallQueue(JSON.parse(sessionStorage.getItem(memoryKey) || `{"epoch":"","shown":[]}`));
const clock = new Intl.DateTimeFormat("id-ID", { hour: "2-digit", minute: "2-digit", timeZone: page.frame.view.clock.timezone });

let view = page.frame.view;
let heard = { at: page.frame.at, since: performance.now() };
let pageIndex = page.page;
let pageTimer = 0;
let shiftIndex = 0;
/** @type {Call | null} */
let shownCall = null;
let callTimer = 0;
let offset = page.frame.offset;
/** @type {{tell: () => void} | null} */
let reporter = null;
/** @type {import("./speech.js").SoundState} */
let sound = "none";

/** The hub's time, Unix ms. */
const hubNow = () => heard.at + performance.now() - heard.since;
/** @param {number} counter */
const pageOf = (counter) => page.pages.findIndex((/** @type {number[]} */ numbers) => numbers.includes(counter));
const between = new Between({ base: page.base, cards: page.cards, strings: page.strings, now: hubNow });
const speech = speakCalls({
  base: page.voice.base, languages: page.voice.languages, key: `${page.base}:${page.frame.channel}`, now: hubNow, onSound: renderSound,
});

// Lifecycle

function start() {
  apply(page.frame);
  waitToTurnPage();
  between.start();
  setInterval(shift, SHIFT_MS);
  const feed = follow({ base: page.base, channels: [page.frame.channel], frames: [page.frame], onFrame: apply, onAge: renderAge });
  watchLink("/healthz", () => document.body.hasAttribute("data-connected"), feed.hurry);
  document.body.setAttribute("data-ready", "");
  const finding = () => ({ state: sound === "locked" ? "sound_locked" : "ok", offset, unsaid: speech.unsaid() });
  const { base, device, version } = page;
  reporter = keepReporting({ base, device, version, finding, onAnswer: renderDayCode, onGone: () => location.reload() });
}

/** @param {import("./feed.js").Frame} frame */
function apply(frame) {
  // The screen is no more, the desk has made something else of it, or another edition began: the server draws what it is now.
  const { epoch, view: { screen } } = page.frame;
  if (!frame.view || frame.epoch !== epoch || JSON.stringify(frame.view.screen) !== JSON.stringify(screen)) return location.reload();
  view = frame.view;
  if (frame.at > hubNow()) heard = { at: frame.at, since: performance.now() };
  queue.take(frame);
  speech.take(frame);
  between.take(view.announcements, view.closed);
  render();
  if (shownCall && queue.stands(shownCall)) renderCall();
  else endCall();
}

// Actions

function waitToTurnPage() {
  clearTimeout(pageTimer);
  pageTimer = setTimeout(turnPage, page.page_ms);
}

function turnPage() {
  showPage((pageIndex + 1) % page.pages.length);
}

/** @param {number} index */
function showPage(index) {
  pageIndex = index;
  render();
  waitToTurnPage();
}

function nextCall() {
  // The page of the counter that was called then stays as long as any other.
  if (shownCall) waitToTurnPage();
  shownCall = queue.waiting(hubNow())[0] || null;
  if (shownCall) {
    queue.markShown(shownCall);
    callTimer = setTimeout(nextCall, CALL_MS);
  }
  queue.forget(hubNow());
  sessionStorage.setItem(memoryKey, JSON.stringify(queue.memory()));
  renderCall();
}

function endCall() {
  clearTimeout(callTimer);
  nextCall();
}

function shift() {
  shiftIndex = (shiftIndex + 1) % SHIFTS.length;
  SHIFTS[shiftIndex].forEach((step, axis) => document.body.style.setProperty(axis ? "--shift-y" : "--shift-x", String(step)));
}

// Render

function render() {
  const posts = new Map(view.counters.map((/** @type {any} */ post) => [post.counter, post]));
  const numbers = page.pages[pageIndex];
  all("[data-slot]").forEach((slot, index) => renderPost(slot, posts.get(numbers[index])));
  all("[data-recent-slot]").forEach((slot, index) => renderRecent(slot, view.recent[index]));
  all("[data-pages] > li").forEach((dot, index) => mark(dot, "aria-current", index === pageIndex && "page"));
  renderSaying();
}

/** @param {HTMLElement} slot @param {any} post */
function renderPost(slot, post) {
  slot.hidden = !post;
  if (!post) return;
  const idle = post.label === null;
  const state = view.closed ? "closed" : post.state;
  slot.setAttribute("data-counter", post.counter);
  slot.setAttribute("data-state", state);
  slot.setAttribute("data-label", post.label || "");
  mark(slot, "data-fresh", !idle && hubNow() - post.call_at < FRESH_EDGE_MS && "");
  renderAgency(one("[data-agency]", slot), post.agency, NAME_CHARACTERS.board);
  one("[data-number]", slot).textContent = post.counter;
  badge(one("[data-badge]", slot), post.label);
  const note = one("[data-note]", slot);
  note.hidden = !idle;
  note.setAttribute("data-status", state);
  note.textContent = [page.strings[state], view.closed ? "" : post.reason].filter(Boolean).join(": ");
}

/** @param {HTMLElement} slot @param {Call | undefined} call */
function renderRecent(slot, call) {
  slot.hidden = !call;
  if (!call) return;
  slot.setAttribute("data-label", call.label);
  slot.setAttribute("data-counter", String(call.counter));
  one("[data-number]", slot).textContent = call.counter;
  badge(one("[data-badge]", slot), call.label);
}

function renderCall() {
  const box = one("[data-call]");
  box.hidden = shownCall === null;
  if (shownCall === null) return;
  // Behind it lies the counter's page, so that people find the number there afterwards.
  showPage(pageOf(shownCall.counter));
  box.setAttribute("data-label", shownCall.label);
  box.setAttribute("data-counter", shownCall.counter);
  box.setAttribute("data-calls", shownCall.calls);
  renderAgency(one("[data-agency]", box), shownCall.agency, NAME_CHARACTERS.call);
  one("[data-number]", box).textContent = shownCall.counter;
  badge(one("[data-badge]", box), shownCall.label);
  const again = one("[data-again]", box);
  again.hidden = shownCall.calls < 2;
  again.textContent = say(page.strings.again, { n: shownCall.calls });
  renderQueue(one("[data-queue]", box));
}

/** @param {HTMLElement} list */
function renderQueue(list) {
  list.textContent = "";
  for (const call of queue.waiting(hubNow()).slice(0, QUEUE_SHOWN)) {
    const item = document.createElement("li");
    item.textContent = say(page.strings.then, { label: call.label, counter: call.counter });
    list.append(item);
  }
}

/** What everybody must know: urgent words as long as they hold, also below a call; else that nothing costs anything. */
function renderSaying() {
  const urgent = between.urgent();
  const saying = view.closed ? page.strings.over : urgent.length ? urgent[0].text : page.strings.free;
  const place = one("[data-say]");
  text(place, saying);
  mark(place, "data-announcement", urgent.length > 0 && "");
  mark(place, "data-lines", String(1 + LINE_CHARACTERS.filter((most) => saying.length > most).length));
}

/** @param {import("./feed.js").Age} age */
function renderAge(age) {
  if (age.now) heard = { at: age.now, since: performance.now() };
  offset = age.offset;
  one("[data-clock]").textContent = clock.format(hubNow()).replace(":", ".");
  one("[data-age]").textContent = say(page.strings.age, { n: age.seconds });
  one("[data-age]").setAttribute("data-seconds", age.seconds);
  one("[data-mark]").textContent = `#${age.offset} · ${age.head}`;
  mark(document.body, "data-connected", age.connected && "");
  renderSaying();
  const sign = one("[data-stale]");
  sign.hidden = !age.stale;
  sign.textContent = age.stale ? say(page.strings.stale, { n: age.seconds }) : "";
}

/** @param {import("./speech.js").SoundState} state */
function renderSound(state) {
  sound = state;
  document.body.setAttribute("data-sound", state);
  one("[data-locked]").hidden = state !== "locked";
  if (reporter) reporter.tell();
}

/** A TV that was paired shows the code of the day, which is another one after midnight. @param {{day_code: string}} answer */
function renderDayCode(answer) {
  one("[data-day-code]").hidden = !answer.day_code;
  one("[data-day-code] b").textContent = answer.day_code;
}

/** @param {HTMLElement} place @param {string} agency its code @param {number} most so many characters fit in large letters */
function renderAgency(place, agency, most) {
  const name = page.agencies[agency];
  text(place, name);
  mark(place, "data-long", name.length > most && "");
}

/** @param {HTMLElement} element @param {string | null} label */
function badge(element, label) {
  element.hidden = !label;
  element.textContent = label || "";
  element.setAttribute("data-length", String((label || "").length));
}

start();
