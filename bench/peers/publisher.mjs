// What bench/peers/publisher.py does, for servers that run in Node.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const NS_PER_MS = 1000000n;

/** A package from the folder that the bench has installed it into. */
export const fromFolder = createRequire(`${process.env.BENCH_PEERS}/package.json`);

const SIZE = Number(process.argv[2]);

/** What fills an event's frame up to its size. */
export function filling(offset, due) {
  return ".".repeat(SIZE - JSON.stringify({ channel: "line/A", offset, due_ns: 0, view: "" }).length + 1 - String(due).length);
}

/** The text of an event's frame. The due time has more digits than a number keeps. */
export function payload(offset, due) {
  return `{"channel":"line/A","offset":${offset},"due_ns":${due},"view":"${filling(offset, due)}"}`;
}

/** Says that the server is ready and does what standard input says. `handedOver` tells whether what was published is with the kernel. */
export function obey(port, publish, handedOver) {
  let offset = 0, events = 0, due = 0n, going = 0;

  function turn(count) {
    for (let each = 0; each < count; each += 1) {
      offset += 1;
      events += 1;
      publish(offset, due);
    }
  }

  function withoutPause(count, mine) {
    if (going !== mine) return;
    if (handedOver()) {
      due = process.hrtime.bigint();
      turn(count);
    }
    setImmediate(withoutPause, count, mine);
  }

  /** A turn that is late comes in the next turn of the loop: published all at once they would let nobody else have theirs. */
  function atPace(count, every, mine) {
    if (going !== mine) return;
    if (due + every <= process.hrtime.bigint()) {
      due += every;
      turn(count);
    }
    const wait = Number((due + every - process.hrtime.bigint()) / NS_PER_MS);
    if (wait > 0) setTimeout(atPace, wait, count, every, mine);
    else setImmediate(atPace, count, every, mine);
  }

  createInterface({ input: process.stdin }).on("line", (line) => {
    const [word, count, ms] = line.split(" ");
    going += 1;
    if (word === "go") {
      events = 0;
      const every = BigInt(ms) * NS_PER_MS;
      due = process.hrtime.bigint() - every;
      if (every) atPace(Number(count), every, going);
      else withoutPause(Number(count), going);
    } else {
      console.log(`{"events": ${events}, "offset": ${offset}, "due_ns": ${due}}`);
    }
  }).on("close", () => process.exit());
  console.log(JSON.stringify({ port }));
}
