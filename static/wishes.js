// What is chosen, said once more before the numbers are taken: line by line, the shortest wait first, each with the papers to bring.

import { all, element, one } from "./dom.js";
import { sayWait, shortestFirst } from "./waits.js";

/**
 * @typedef {{[prefix: string]: import("./waits.js").LineNow}} Lines
 */

export class Wishes {
  /** @param {ParentNode} form @param {any} strings */
  constructor(form, strings) {
    this.list = one("[data-wishes]", form);
    this.note = one("[data-order-note]", form);
    this.incomplete = one("[data-incomplete]", form);
    this.strings = strings;
    /** Errands whose papers are all there, by their own word. @type {Set<string>} */
    this.complete = new Set();
    this.painted = "";
    this.list.addEventListener("change", (/** @type {any} */ event) => this.tick(event.target));
  }

  /** @param {HTMLInputElement} box */
  tick(box) {
    const code = String(box.dataset.complete);
    if (box.checked) this.complete.add(code);
    else this.complete.delete(code);
  }

  /** @param {HTMLElement[]} errands those that are chosen @param {Lines} lines */
  paint(errands, lines) {
    const prefixes = shortestFirst(Array.from(new Set(errands.map((errand) => String(errand.dataset.line)))), lines);
    const shown = prefixes.concat(errands.map((errand) => String(errand.dataset.errand))).join();
    // What somebody's finger is on does not move because a line has become shorter.
    const busy = this.list.contains(document.activeElement) && this.painted.split(",").sort().join() === shown.split(",").sort().join();
    if (shown !== this.painted && !busy) {
      this.list.textContent = "";
      for (const prefix of prefixes) this.list.append(this.wish(prefix, errands.filter((errand) => errand.dataset.line === prefix), lines));
      this.painted = shown;
    }
    this.list.hidden = !errands.length;
    this.note.hidden = prefixes.length < 2;
    this.incomplete.hidden = errands.every((errand) => !papersOf(errand).length || this.complete.has(String(errand.dataset.errand)));
  }

  /** One line: its office and wait, its errands and their papers. @param {string} prefix @param {HTMLElement[]} errands @param {Lines} lines */
  wish(prefix, errands, lines) {
    const item = element("li", "wish", "");
    item.dataset.wish = prefix;
    const office = one("[data-office-name]", /** @type {Element} */ (errands[0].closest("[data-office]")));
    const wait = element("span", "wish-wait", sayWait(lines[prefix], this.strings));
    wait.dataset.wait = prefix;
    item.append(element("b", "", office.textContent.trim()), wait);
    if (errands.length > 1) item.append(element("span", "errand-note", this.strings.together));
    for (const errand of errands) item.append(...this.errand(errand));
    return item;
  }

  /** @param {HTMLElement} errand */
  errand(errand) {
    const name = element("p", "", one(".errand-name", errand).textContent.trim());
    const papers = papersOf(errand);
    if (!papers.length) return [name];
    const list = element("ul", "papers-list", "");
    list.append(...papers.map((paper) => element("li", "", paper)));
    return [name, list, this.question(String(errand.dataset.errand))];
  }

  /** @param {string} code */
  question(code) {
    const label = element("label", "choice", "");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = this.complete.has(code);
    box.dataset.complete = code;
    label.append(box, element("span", "", this.strings.complete));
    return label;
  }
}

/** What to bring for an errand. @param {HTMLElement} errand @returns {string[]} */
function papersOf(errand) {
  return all("[data-paper]", errand).map((paper) => paper.textContent.trim());
}
