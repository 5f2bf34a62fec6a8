// The landing page: the waits and announcements as they are now.

import { all, element, one } from "./dom.js";
import { follow } from "./feed.js";
import { waitingIn } from "./waits.js";
import { say, sayMinutes } from "./words.js";

const page = JSON.parse(one("#page").textContent);

/** @param {import("./feed.js").Frame} frame */
function apply({ view }) {
  for (const row of all("[data-line]")) renderLine(row, view.lines[row.dataset.line]);
  const place = one("[data-announcements]");
  place.textContent = "";
  for (const said of view.announcements) {
    const banner = element("p", "banner banner-info", said.text);
    banner.dataset.announcement = said.id;
    place.append(banner);
  }
}

/** @param {Element} row @param {import("./waits.js").LineNow} line */
function renderLine(row, line) {
  one("[data-waiting]", row).textContent = say(page.strings.waiting, { n: waitingIn(line) });
  one("[data-wait]", row).textContent = line.open ? sayMinutes(line.minutes, page.strings) : page.strings.full;
  one("[data-left]", row).textContent = line.left === null ? "" : say(page.strings.left, { n: line.left });
}

/** @param {import("./feed.js").Age} age */
function renderAge(age) {
  one("[data-age]").textContent = say(page.strings.age, { n: age.seconds });
}

follow({ base: page.base, channels: ["bazaar"], frames: [page.frame], onFrame: apply, onAge: renderAge });
document.body.setAttribute("data-ready", "");
