// What the phone's and the kiosk's way to a number share, as templates/take.html does: what is chosen, and asked for.

import { ask } from "./ask.js";
import { all, mark, one } from "./dom.js";
import { commandId } from "./feed.js";

/** The errands that are ticked. @param {ParentNode} form @returns {HTMLElement[]} */
export function chosen(form) {
  return all("[data-errand]", form).filter((errand) => one("input", errand).checked);
}

/** Let each row look as it is ticked. @param {ParentNode} form */
export function markChosen(form) {
  for (const choice of all(".choice", form)) mark(choice, "data-chosen", one("input", choice).checked && "");
}

/**
 * Ask for the numbers: the answer, or null and what went wrong. Without an answer the next press asks for the same numbers, not for more.
 * @param {any} form @param {string} unsent what is said when nobody answers @returns {Promise<{taken: any, sentence: string}>}
 */
export async function take(form, unsent) {
  const { command_id: id, lane, visit, representing, code } = form.elements;
  const services = chosen(form).map((errand) => errand.dataset.errand);
  const asked = { visit: visit && visit.value, code: code && code.value, representing: Boolean(representing && representing.checked) };
  const wish = { services, lane: lane.value, command_id: id.value, ...asked };
  const { status, ok, body } = await ask("POST", form.action, wish);
  if (ok) return { taken: body, sentence: "" };
  if (status && status < 500) id.value = commandId();
  return { taken: null, sentence: body.sentence || unsent };
}
