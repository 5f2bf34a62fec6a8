// A hall with one loudspeaker and a clock of its own. Given what happens there, it tells what was said, when, and who waited then.
// Evaluated in an empty page of the hub: an arrow function of {happenings, seconds}, times in ms.

async ({ happenings, seconds }) => {
  const { SpeechQueue, Speaker } = await import("/static/speech.js");
  const HEARD_MS = 60000;
  const standing = new Map(), timers = [], said = [];
  let now = 0, saying = null;

  const rest = (ms) => new Promise((done) => timers.push({ at: now + ms, done }));
  const chime = () => rest(seconds.chime * 1000).then(() => "played");
  const sentence = async (call, language, form) => {
    const entry = { offset: call.call_offset, calls: call.calls, called: call.at, form, at: now, waiting: queue.waiting(now).length };
    said.push(entry);
    saying = { at: now + seconds[form] * 1000 };
    await new Promise((done) => timers.push(Object.assign(saying, { done })));
    entry.until = now;
    return "played";
  };
  const queue = new SpeechQueue({ epoch: "e", shown: [] });
  const speaker = new Speaker(queue, { now: () => now, languages: ["id"], rest, chime, sentence, hush: () => { saying.at = now; } });

  function happen({ at, what, offset }) {
    const call = standing.get(offset);
    if (what === "call") standing.set(offset, { label: `A-${offset}`, counter: 1, agency: "a", call_offset: offset, at, calls: 1 });
    else if (call && what === "undo") standing.delete(offset);
    else if (call && what === "recall") standing.set(offset, Object.assign({}, call, { at, calls: call.calls + 1 }));
    const newest = Array.from(standing.values()).sort((one, other) => other.at - one.at || other.call_offset - one.call_offset);
    queue.take({ epoch: "e", view: { speech: newest.filter((call) => newest[0].at - call.at <= HEARD_MS) } });
    speaker.wake();
  }

  const coming = happenings.slice();
  while (coming.length || timers.length) {
    timers.sort((one, other) => one.at - other.at);
    const ringsFirst = timers.length && (!coming.length || timers[0].at <= coming[0].at);
    now = ringsFirst ? timers[0].at : coming[0].at;
    if (ringsFirst) timers.shift().done();
    else happen(coming.shift());
    for (let turn = 0; turn < 20; turn += 1) await null;
  }
  return said;
}
