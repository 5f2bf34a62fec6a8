// A printed number that nobody was given yet: the page goes on to the visit as soon as staff have handed it out.
import { one } from "./dom.js";
import { follow } from "./feed.js";

const page = JSON.parse(one("#page").textContent);

/** Numbers of the line have moved: perhaps this one is out now. */
async function look() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    if (answer.redirected) location.replace(answer.url);
  } catch (error) {
    // No network: the next frame brings another look.
  }
}

follow({ base: page.base, channels: [page.frame.channel], frames: [page.frame], onFrame: look });
document.body.dataset.ready = "";
