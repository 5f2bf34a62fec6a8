// Asks the hub in JSON. Whoever asks hears something within a bounded time: a dead network often says nothing at all.

const ANSWER_MS_MAX = 8000;

/** @typedef {{status: number, ok: boolean, body: any}} Answer  status 0: none came. Anything may answer on a strange network; what is no JSON is none. */

/**
 * @param {"GET" | "POST" | "DELETE"} method @param {string} url @param {object} [body] what is sent
 * @returns {Promise<Answer>}
 */
export function ask(method, url, body) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader("Accept", "application/json");
    request.timeout = ANSWER_MS_MAX;
    request.onloadend = () => resolve(answerOf(request));
    if (body) request.setRequestHeader("Content-Type", "application/json");
    request.send(body && JSON.stringify(body));
  });
}

/** @param {XMLHttpRequest} request @returns {Answer} */
function answerOf({ status, responseText }) {
  try {
    return { status, ok: status >= 200 && status < 300, body: JSON.parse(responseText) || {} };
  } catch (_) {
    return { status: 0, ok: false, body: {} };
  }
}
