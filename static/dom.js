// What page scripts do with their page: find its parts, write words, set attributes.

/** @param {string} selector @param {ParentNode} [within] @returns {any} */
export const one = (selector, within) => (within || document).querySelector(selector);
/** @param {string} selector @param {ParentNode} [within] @returns {any[]} */
export const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));

/**
 * Change a text only when it is another, and tell whether it was: what did not change is not read out again.
 * @param {Element} element @param {string | number} value
 */
export function text(element, value) {
  if (element.textContent === String(value)) return false;
  element.textContent = String(value);
  return true;
}

/** A sentence in its place, which is not there without one. @param {HTMLElement} place @param {string} sentence */
export function tell(place, sentence) {
  place.textContent = sentence;
  place.hidden = !sentence;
}

/** Set an attribute, or take it off with false. @param {Element} element @param {string} name @param {string | false} value */
export function mark(element, name, value) {
  if (value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** A new element with words in it. @param {string} tag @param {string} look its class @param {string | number} words */
export function element(tag, look, words) {
  const made = document.createElement(tag);
  if (look) made.className = look;
  made.textContent = String(words);
  return made;
}

/**
 * A button that cannot be pressed now keeps the focus, and can be found and read; it is only no stop on the way by Tab or by a switch.
 * @param {Element} button @param {boolean} off
 */
export function disable(button, off) {
  mark(button, "aria-disabled", off ? "true" : false);
  mark(button, "tabindex", off ? "-1" : false);
}

/**
 * Bring a list's rows in line with `items`: rows that stay keep their element (and the focus), new ones come from the list's template.
 * @param {any} list an element with `data-row` naming a template's id
 * @param {any[]} items @param {(item: any) => string} keyOf @param {(row: any, item: any) => void} fill
 */
export function renderRows(list, items, keyOf, fill) {
  const template = /** @type {any} */ (document.getElementById(list.dataset.row));
  const old = new Map(Array.from(list.children, (row) => [/** @type {any} */ (row).dataset.key, row]));
  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const row = old.get(key) || document.importNode(template.content, true).firstElementChild;
    old.delete(key);
    row.dataset.key = key;
    fill(row, item);
    if (row === place) place = place.nextElementSibling;
    else list.insertBefore(row, place);
  }
  for (const row of old.values()) row.remove();
}
