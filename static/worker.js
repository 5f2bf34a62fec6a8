// What the browser runs beside the pages of visits. It keeps them for where there is no network (the network comes first, always; a kept page
// is told when it was kept), and shows what a push service brings when no page is open.

const STORE = "urut-visits";
const VISIT = /\/visit\/[^/]+$/;
const PAGES_MAX = 6;
const PARTS_MAX = 60;
/** A dead network often says nothing: after so long the kept page is shown, and comes alive by itself with the network. */
const PATIENCE_MS = 5000;
const KEPT_AT = "Urut-Kept-At";
const VIBRATION_MS = [400, 200, 400];
/** This worker; the types of workers and of pages do not go together, so it has none. @type {any} */
const worker = self;

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("message", (/** @type {any} */ event) => {
  const { page, parts } = event.data;
  const own = parts.filter((/** @type {string} */ part) => isPart(new URL(part)));
  event.waitUntil(Promise.all([fetchPage(page), ...own.map(servePart)]).catch(() => {}));
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  if (isPart(new URL(url))) event.respondWith(servePart(url));
  else if (mode === "navigate" && VISIT.test(new URL(url).pathname)) event.respondWith(servePage(url));
});

/** A call, or that it is near: it stays until somebody has seen it, and replaces what was said of the same number before. */
worker.addEventListener("push", (/** @type {any} */ event) => {
  const { title, body, tag, url } = event.data.json();
  event.waitUntil(worker.registration.showNotification(title, { body, tag, data: { url }, renotify: true, requireInteraction: true, vibrate: VIBRATION_MS }));
});

worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(showPage(event.notification.data.url));
});

/** The visit's page: the one that is open, or a new one. @param {string} url */
async function showPage(url) {
  const { pathname } = new URL(url, location.origin);
  // The name in quotes: that of the clients is old, only that of texts is newer than the oldest browsers.
  const pages = await worker.clients["matchAll"]({ type: "window", includeUncontrolled: true });
  const open = pages.find((/** @type {any} */ page) => new URL(page.url).pathname === pathname);
  return open ? open.focus() : worker.clients.openWindow(pathname);
}

/** Scripts, styles and drawings; their addresses change when they do. @param {URL} url */
function isPart(url) {
  return url.origin === location.origin && url.pathname.startsWith("/static/") && /\.(js|css|svg)$/.test(url.pathname);
}

/** @param {string} url */
async function servePart(url) {
  const store = await caches.open(STORE);
  const kept = await store.match(url);
  if (kept) return kept;
  const answer = await fetch(url, { credentials: "same-origin" });
  if (answer.ok) {
    await store.put(url, answer.clone());
    await forget(store, (key) => isPart(new URL(key.url)), PARTS_MAX);
  }
  return answer;
}

/** The page from the network; without one, or when it says nothing, as it was kept. @param {string} url */
async function servePage(url) {
  const fresh = fetchPage(url);
  fresh.catch(() => {});
  const kept = await keptPage(url);
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  try {
    const answer = await Promise.race([fresh, late]);
    return answer.status >= 500 ? kept : answer;
  } catch (error) {
    return kept;
  }
}

/** @param {string} url */
async function fetchPage(url) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" }, cache: "no-store" });
  if (answer.ok && !answer.redirected) await keep(url, answer.clone());
  return answer;
}

/** @param {string} url @param {Response} answer */
async function keep(url, answer) {
  const store = await caches.open(STORE);
  await store.delete(url);
  await store.put(url, new Response(await answer.text(), { headers: readable(answer.headers, { [KEPT_AT]: String(Date.now()) }) }));
  await forget(store, (key) => VISIT.test(new URL(key.url).pathname), PAGES_MAX);
}

/** The kept page, which knows when it was kept. @param {string} url */
async function keptPage(url) {
  const store = await caches.open(STORE);
  const kept = (await store.match(url)) || (await store.match(url, { ignoreSearch: true }));
  if (!kept) return null;
  const page = await kept.text();
  return new Response(page.replace("<body", `<body data-kept-at="${kept.headers.get(KEPT_AT)}"`), { headers: readable(kept.headers, {}) });
}

/** Headers for a text that is not packed any more. @param {Headers} headers @param {{[name: string]: string}} more */
function readable(headers, more) {
  const kept = new Headers(headers);
  ["Content-Encoding", "Content-Length", "Set-Cookie"].forEach((name) => kept.delete(name));
  Object.keys(more).forEach((name) => kept.set(name, more[name]));
  return kept;
}

/** Leave the newest so many. @param {Cache} store @param {(key: Request) => boolean} kind @param {number} most */
async function forget(store, kind, most) {
  const keys = (await store.keys()).filter(kind);
  await Promise.all(keys.slice(0, Math.max(0, keys.length - most)).map((key) => store.delete(key)));
}
