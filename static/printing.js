// The desk's page of ticket printers: how each one is now, and which tickets did not come out. The rest of the page is forms.

import { ask } from "./ask.js";
import { all, element, mark, one, text } from "./dom.js";

const ASK_MS = 3000;

const page = JSON.parse(one("#page").textContent);
const list = one("[data-devices]");

async function look() {
  const { ok, body } = await ask("GET", list.dataset.devices);
  if (ok) paint(body.devices);
  setTimeout(look, ASK_MS);
}

/** @param {{device: string, state: string, light: string, missing: string[]}[]} devices */
function paint(devices) {
  for (const device of devices) {
    const row = one(`[data-device="${device.device}"]`, list);
    if (!row) continue;
    const light = one("[data-light]", row);
    mark(light, "data-light", device.light);
    mark(light, "data-state", device.state);
    text(light, page.states[device.state] || device.state);
    paintMissing(one("[data-missing]", row), one("form[data-test]", row), device.missing);
  }
}

/** A button for each ticket that did not come out. @param {any} place @param {any} form one of the row's @param {string[]} labels */
function paintMissing(place, form, labels) {
  place.hidden = !labels.length;
  const shown = all("[data-print]", place).map((button) => button.dataset.print);
  if (shown.join() === labels.join()) return;
  const rows = one(".missing", place);
  rows.textContent = "";
  for (const label of labels) {
    const copy = form.cloneNode(true);
    const button = element("button", "button", label);
    button.setAttribute("name", "ticket");
    button.setAttribute("value", label);
    button.dataset.print = label;
    copy.replaceChild(button, one("button", copy));
    rows.append(copy);
  }
}

look();
document.body.dataset.ready = "";
