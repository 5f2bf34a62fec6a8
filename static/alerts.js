// Being told of one's turn when the page is closed: by the browser's push service, or by a message to a phone number.
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
    attempt(() => ask({ phone: form.elements.phone.value }));
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
  const { key } = await (await fetch(url, { credentials: "same-origin" })).json();
  const { pushManager } = await navigator.serviceWorker.ready;
  const push = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  return ask({ push });
}

/** @param {{[name: string]: any}} contact */
async function ask(contact) {
  const body = JSON.stringify(Object.assign({ ahead: Number(form.elements.ahead.value) }, contact));
  const headers = { "Content-Type": "application/json" };
  const given = await fetch(url, { method: "POST", credentials: "same-origin", headers, body });
  return given.ok ? strings.kept : (await given.json()).sentence;
}

async function erase() {
  const given = await fetch(url, { method: "DELETE", credentials: "same-origin" });
  return given.ok ? strings.erased : (await given.json()).sentence;
}

/** Base64 as addresses have it. @param {string} text */
function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

start();
