// Words with numbers in them. The words themselves come from the page, in the reader's language.

/**
 * Fill `%(name)s` places.
 * @param {string} text
 * @param {{[name: string]: string | number}} values
 */
export function say(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));
}

/**
 * A likely wait in words.
 * @param {[number, number] | null} range minutes from and to
 * @param {{closed: string, now: string, about: string, range: string}} words
 */
export function sayMinutes(range, words) {
  if (range === null) return words.closed;
  const [low, high] = range;
  if (high === 0) return words.now;
  return low === high ? say(words.about, { minutes: low }) : say(words.range, { low, high });
}

/** ``3:07``, or ``1:02:07`` from an hour on. @param {number} ms */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${pad(minutes % 60)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}
