// Going to another counter: what stands there now, and the move itself, which must not leave a press behind or end on an error page.

import { all, one, text } from "./dom.js";

const ANSWER_MS_MAX = 8000;

/**
 * @param {{mayMove: () => boolean, refuse: (sentence: string) => void, strings: {moving: string, offline: string}}} wish
 *   mayMove: whether nothing that was pressed here waits any more
 */
export function setUpTakeover(wish) {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.hasAttribute("data-take")) return;
    event.preventDefault();
    if (wish.mayMove()) move(form.action, (sentence) => wish.refuse(sentence || wish.strings.offline));
    else wish.refuse(wish.strings.moving);
  });
}

/** @param {string} url @param {(sentence: string) => void} refuse with the server's word, "" when it gave none */
function move(url, refuse) {
  const request = new XMLHttpRequest();
  request.open("POST", url);
  request.timeout = ANSWER_MS_MAX;
  request.onloadend = () => {
    if (request.status === 200) location.assign(request.responseURL);
    else refuse(sentenceIn(request.responseText));
  };
  request.send();
}

/** @param {string} answer */
function sentenceIn(answer) {
  try {
    return JSON.parse(answer).sentence || "";
  } catch (_) {
    return "";
  }
}

/** How the counters on offer stand now. @param {any} hall the view of the channel `hall` @param {{[state: string]: string}} words */
export function tellStands(hall, words) {
  for (const form of all("[data-take]")) {
    const stand = hall.counters.find((/** @type {any} */ other) => other.counter === Number(form.dataset.take));
    if (!stand) continue;
    const state = one("[data-stand-state]", form);
    state.setAttribute("data-status", stand.state);
    text(state, words[stand.state]);
    const label = one("[data-stand-label]", form);
    text(label, stand.label || "");
    label.hidden = !stand.label;
  }
}
