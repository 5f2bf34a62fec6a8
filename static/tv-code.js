// A TV that is no screen yet: asks again and again whether the desk has set it up, and goes there.

import { ask } from "./ask.js";
import { mark, one, text } from "./dom.js";

const page = JSON.parse(one("#page").textContent);

// Lifecycle

function start() {
  document.body.setAttribute("data-ready", "");
  setTimeout(look, page.ask_ms);
}

// Actions

async function look() {
  const { ok, body } = await ask("GET", `${page.base}/tv-code`);
  if (ok && (body.ready || body.code !== page.code)) return location.replace(`${page.base}/tv`);
  renderStatus(ok);
  setTimeout(look, page.ask_ms);
}

// Render

/** @param {boolean} reached */
function renderStatus(reached) {
  mark(document.body, "data-unreachable", reached ? false : "");
  text(one("[data-status]"), reached ? page.strings.waiting : page.strings.unreachable);
}

start();
