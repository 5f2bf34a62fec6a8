// Asks for frames where no socket comes through: one request a channel and turn, answered in a few bytes while nothing has changed.

const EVERY_MS = 10000;
/** A crowd that lost its sockets in one moment does not ask in one moment. */
const SPREAD_MS = 3000;

export class Poll {
  /**
   * @param {string} base @param {string[]} channels
   * @param {Map<string, {epoch: string, offset: number}>} positions what is known of each channel
   * @param {(frame: any, size: number) => void} onFrame @param {(news: {epoch: string, offset: number, at: number, head: string}) => void} onSame
   */
  constructor(base, channels, positions, onFrame, onSame) {
    this.base = base;
    this.channels = channels;
    this.positions = positions;
    this.onFrame = onFrame;
    this.onSame = onSame;
    this.timer = 0;
    this.closed = false;
    this.turn();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }

  async turn() {
    for (const channel of this.channels) await this.ask(channel);
    if (!this.closed) this.timer = setTimeout(() => this.turn(), EVERY_MS + Math.random() * SPREAD_MS);
  }

  /** @param {string} channel */
  async ask(channel) {
    const known = this.positions.get(channel);
    /** @type {{[name: string]: string}} */
    const headers = known ? { "If-None-Match": `"${known.epoch}:${known.offset}"` } : {};
    try {
      const answer = await fetch(`${this.base}/views/${channel}`, { headers, credentials: "same-origin", cache: "no-store" });
      if (this.closed) return;
      const at = Number(answer.headers.get("Urut-At"));
      if (answer.status === 304 && known) this.onSame({ epoch: known.epoch, offset: known.offset, at, head: "" });
      if (!answer.ok) return;
      const text = await answer.text();
      if (!this.closed) this.onFrame(JSON.parse(text), text.length);
    } catch (error) {
      // No network either: the age of the data grows, and that is said.
    }
  }
}
