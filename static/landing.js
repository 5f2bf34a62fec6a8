// The landing page: the waits and announcements as they are now.

import { follow } from "./feed.js";

const page = JSON.parse(document.getElementById("page").textContent);
const say = (name, fields) => page.strings[name].replace(/\{(\w+)\}/g, (_, key) => fields[key]);

function apply({ view }) {
  for (const row of Array.from(document.querySelectorAll("[data-line]"))) renderLine(row, view.lines[row.getAttribute("data-line")]);
  const place = document.querySelector("[data-announcements]");
  place.textContent = "";
  for (const said of view.announcements) {
    const banner = document.createElement("p");
    banner.className = "banner banner-info";
    banner.setAttribute("data-announcement", said.id);
    banner.textContent = said.text;
    place.append(banner);
  }
}

function renderLine(row, line) {
  const waiting = Object.values(line.waiting).reduce((sum, n) => sum + n, 0);
  row.querySelector("[data-waiting]").textContent = say("waiting", { n: waiting });
  row.querySelector("[data-wait]").textContent = waitOf(line);
  row.querySelector("[data-left]").textContent = line.left === null ? "" : say("left", { n: line.left });
}

function waitOf(line) {
  if (!line.open) return page.strings.full;
  if (line.minutes === null) return page.strings.no_counter;
  const [from, to] = line.minutes;
  if (to === 0) return page.strings.now;
  return say(from === to ? "minute" : "minutes", { from, to });
}

function renderAge(age) {
  const place = document.querySelector("[data-age]");
  place.textContent = say("age", { n: age.seconds });
}

follow({ base: page.base, channels: ["bazaar"], frames: [page.frame], onFrame: apply, onAge: renderAge });
document.body.setAttribute("data-ready", "");
