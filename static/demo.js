// The demo: each screen keeps the size that it has in the hall and is shown as small as its place.
import { all, one } from "./dom.js";

/** @param {any} glass */
function fit(glass) {
  const { width, height } = glass.dataset;
  const scale = glass.clientWidth / Number(width);
  one("iframe", glass).style.transform = `scale(${scale})`;
  glass.style.height = `${Math.round(Number(height) * scale) + glass.offsetHeight - glass.clientHeight}px`;
}

const fitAll = () => all("[data-glass]").forEach(fit);
addEventListener("resize", fitAll);
fitAll();
document.body.dataset.ready = "";
