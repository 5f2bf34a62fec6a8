// The tablet by keyboard and by number pad: each button names its keys in `data-key`. In an open sheet the digits press its choices.

import { all, mark, one } from "./dom.js";
import { closeSheets, openSheet } from "./sheets.js";

const SHORTCUTS = "urut:shortcuts";
/** How a number pad says "back": it has no Escape. */
const BACK = ["Escape", ".", ",", "Decimal"];
const TEXT = "input:not([type=checkbox]), textarea, select";

export function setUpKeys() {
  const box = one("[data-shortcuts]");
  box.checked = kept() !== "off";
  box.addEventListener("change", () => keep(box.checked ? "on" : "off"));
  document.addEventListener("keydown", onKey);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  // Whoever has keys sees which there are.
  mark(document.body, "data-keys", "");
  const typing = /** @type {HTMLElement} */ (event.target).matches(TEXT);
  if (BACK.includes(event.key) && (event.key === "Escape" || !typing)) return closeSheets();
  if (typing || event.repeat || event.ctrlKey || event.altKey || event.metaKey || !one("[data-shortcuts]").checked) return;
  const button = openSheet() && /^[1-9]$/.test(event.key) ? choiceOf(Number(event.key)) : buttonOf(event);
  if (!button) return;
  event.preventDefault();
  button.click();
}

/** @param {KeyboardEvent} event */
function buttonOf(event) {
  // Enter on a number pad is Next wherever the focus is; Enter on a keyboard presses what has the focus.
  const key = event.code === "NumpadEnter" ? (openSheet() ? "" : "n") : event.key.toLowerCase();
  return key && all(`button[data-key~="${CSS.escape(key)}"], summary[data-key~="${CSS.escape(key)}"]`).find(isShown);
}

/** The choice of the open sheet at this place, as it is numbered there. @param {number} place 1 … 9 */
function choiceOf(place) {
  return all("[data-sheet][open] .choice-button").filter(isShown)[place - 1];
}

/** @param {HTMLElement} element */
export function isShown(element) {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
}

function kept() {
  try {
    return localStorage.getItem(SHORTCUTS);
  } catch (_) {
    return null;
  }
}

/** @param {string} choice */
function keep(choice) {
  try {
    localStorage.setItem(SHORTCUTS, choice);
  } catch (_) {
    // Where nothing may be stored, the choice lasts as long as the page.
  }
}
