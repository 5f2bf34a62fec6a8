// Tells when there is a way to the hub again. A dead link says nothing, and a browser that waits for its old connection waits longer
// the longer it was dead; so a small question of its own goes out every other second. Only for the few screens of the hall.

const ASK_MS = 2000;
const ANSWER_MS_MAX = 2000;
const AGAIN_MS = 300;

/**
 * @param {string} url what answers 200 when all is well
 * @param {() => boolean} isConnected whether the page hears its hub
 * @param {() => void} onReturn the way is there again after it was not, or is there and yet nothing was heard since the last question
 */
export function watchLink(url, isConnected, onReturn) {
  let away = false;
  let deaf = false;

  function ask() {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.timeout = ANSWER_MS_MAX;
    request.onloadend = () => {
      const reached = request.status === 200;
      if (reached && (away || (deaf && !isConnected()))) onReturn();
      away = !reached;
      deaf = !isConnected();
      setTimeout(ask, reached ? ASK_MS : AGAIN_MS);
    };
    request.send();
  }

  ask();
}
