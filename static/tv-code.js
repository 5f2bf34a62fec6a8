// A TV that is no screen yet: asks again and again whether the desk has set it up, and goes there.

import { mark, one, text } from "./dom.js";

const page = JSON.parse(one("#page").textContent);

// Lifecycle

function start() {
  document.body.setAttribute("data-ready", "");
  setTimeout(ask, page.ask_ms);
}

// Actions

async function ask() {
  let answer = null;
  try {
    const response = await fetch(`${page.base}/tv-code`, { credentials: "same-origin", cache: "no-store" });
    answer = response.ok ? await response.json() : null;
  } catch (_) {
    // Said below, and asked again.
  }
  if (answer && (answer.ready || answer.code !== page.code)) return location.replace(`${page.base}/tv`);
  renderStatus(answer !== null);
  setTimeout(ask, page.ask_ms);
}

// Render

/** @param {boolean} reached */
function renderStatus(reached) {
  mark(document.body, "data-unreachable", reached ? false : "");
  text(one("[data-status]"), reached ? page.strings.waiting : page.strings.unreachable);
}

start();
