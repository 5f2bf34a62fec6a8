// Being told of one's turn when the page is closed: by the browser's push service, or by a message to a phone number.
import { ask } from "./ask.js";
import { one, tell } from "./dom.js";

const { url, strings } = JSON.parse(one("#messages").textContent);
const box = one("[data-messages]");
const form = one("[data-messages-form]");
const answer = one("[data-messages-answer]");

// Lifecycle

function start() {
  const push = one("[data-push]");
  if (window.isSecureContext && navigator.serviceWorker && window.PushManager && window.Notification) {
    box.hidden = push.hidden = false;
    push.addEventListener("click", () => attempt(subscribe));
  }
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    attempt(() => keep({ phone: form.elements.phone.value }));
  });
  one("[data-erase]").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    attempt(erase);
  });
}

// Actions

/** @param {() => Promise<string>} work */
async function attempt(work) {
  try {
    tell(answer, await work());
  } catch (error) {
    tell(answer, strings.unsent);
  }
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return strings.denied;
  const { key } = (await ask("GET", url)).body;
  const { pushManager } = await navigator.serviceWorker.ready;
  const push = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  return keep({ push });
}

/** @param {{[name: string]: any}} contact */
async function keep(contact) {
  return sentenceOf(await ask("POST", url, Object.assign({ ahead: Number(form.elements.ahead.value) }, contact)), strings.kept);
}

async function erase() {
  return sentenceOf(await ask("DELETE", url), strings.erased);
}

/** @param {import("./ask.js").Answer} answer @param {string} done what is said when it is */
function sentenceOf({ ok, body }, done) {
  return ok ? done : body.sentence || strings.unsent;
}

/** Base64 as addresses have it. @param {string} text */
function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

start();
