// Finds errands by what people type: other spellings, no accents, a slip of the thumb. Pure: no DOM.

/** How people write a word, and how it is spelled here. @type {[RegExp, string][]} */
const SPELLINGS = [[/antrian/g, "antrean"], [/\b(?:e[- ]?ktp|ktp[- ]?el(?:ektronik)?)\b/g, "ktp"], [/\bakte\b/g, "akta"], [/\bsurat nikah\b/g, "buku nikah"]];
/** What people say around the thing that they look for. */
const SMALL_TALK = ["bikin", "buat", "urus", "ngurus", "mengurus", "mau", "ingin", "saya", "cara", "daftar", "make", "get", "my", "a", "the"];
const MARKS = /[\u0300-\u036f]/g;
/** From this length on a word may have one slip, and from the second on two. */
const SLIPS_FROM = [4, 8];

/** Lower case, one spelling, no accents, words apart by one space. @param {string} text */
export function plain(text) {
  const lower = text.toLowerCase().normalize("NFD").replace(MARKS, "");
  return SPELLINGS.reduce((said, [written, spelled]) => said.replace(written, spelled), lower).split(/[^a-z0-9]+/).join(" ").trim();
}

/**
 * Which of the texts fit what was typed: every word begins a word of the text. When none does, with slips.
 * @param {string} typed @param {string[]} texts @returns {boolean[]}
 */
export function fitting(typed, texts) {
  const wanted = wordsOf(typed);
  const lists = texts.map((text) => plain(text).split(" "));
  const exact = lists.map((list) => wanted.every((word) => list.some((other) => other.startsWith(word))));
  if (exact.includes(true)) return exact;
  return lists.map((list) => wanted.every((word) => list.some((other) => isAlike(word, other))));
}

/** The words that were typed, without small talk unless there is nothing else. @param {string} typed */
function wordsOf(typed) {
  const all = plain(typed).split(" ").filter(Boolean);
  const telling = all.filter((word) => !SMALL_TALK.includes(word));
  return telling.length ? telling : all;
}

/** Whether a word begins like another, but for as many slips as its length allows. @param {string} word @param {string} other */
function isAlike(word, other) {
  const slips = SLIPS_FROM.filter((length) => word.length >= length).length;
  for (let length = word.length - slips; length <= word.length + slips; length += 1) {
    if (length > 0 && distance(word, other.slice(0, length)) <= slips) return true;
  }
  return false;
}

/** How many letters are missing, too many, wrong or swapped with the next. @param {string} left @param {string} right */
function distance(left, right) {
  /** @type {number[]} */
  let before = [];
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= right.length; to += 1) {
      const same = left[at - 1] === right[to - 1];
      next[to] = Math.min(next[to - 1] + 1, row[to] + 1, row[to - 1] + (same ? 0 : 1));
      const swapped = at > 1 && to > 1 && left[at - 1] === right[to - 2] && left[at - 2] === right[to - 1];
      if (swapped) next[to] = Math.min(next[to], before[to - 2] + 1);
    }
    before = row;
    row = next;
  }
  return row[right.length];
}
