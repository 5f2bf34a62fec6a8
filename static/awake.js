// Keeps the screen on where the browser can. Many cannot: plain http on a local network is no secure context. Then the page says so.

/**
 * Ask for the screen to stay on, whenever the page is in sight.
 * @param {(awake: boolean) => void} tell whether it does, each time that this changes
 */
export function stayAwake(tell) {
  const lock = /** @type {any} */ (navigator)["wakeLock"];
  if (!lock) return tell(false);
  const ask = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const held = await lock.request("screen");
      held.addEventListener("release", () => tell(false));
      tell(true);
    } catch (_) {
      tell(false);
    }
  };
  document.addEventListener("visibilitychange", ask);
  return ask();
}
