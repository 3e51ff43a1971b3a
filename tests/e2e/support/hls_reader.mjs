// A small HLS client: follows the first variant's media playlist and fetches every segment once, as a player that joins and leaves would.
// What it finds wrong is in `faults`.
import { sleep } from "./matinee.mjs";

const uriOf = (line) => /URI="([^"]*)"/.exec(line)?.[1];

export class HlsReader {
  constructor(url) {
    this.url = url;
    this.faults = [];
    this.segments = 0;
    this.bytes = 0;
    this.discontinuities = 0;
    this.stopped = new AbortController();
    this.ended = this.#run().catch((error) => !this.stopped.signal.aborted && this.faults.push(String(error)));
  }

  async #get(url) {
    const answer = await fetch(url, { signal: this.stopped.signal });
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 200) throw new Error(`${answer.status} for ${url}`);
    return body;
  }

  async #run() {
    let address = this.url;
    let text = (await this.#get(address)).toString();
    if (text.includes("#EXT-X-STREAM-INF")) {
      const lines = text.split("\n");
      address = new URL(lines[lines.findIndex((line) => line.startsWith("#EXT-X-STREAM-INF")) + 1], address).href;
      text = (await this.#get(address)).toString();
    }
    let next = -1;
    let last = -1;
    let map;
    for (;;) {
      const number = (tag) => Number(new RegExp(`#EXT-X-${tag}:(\\d+)`).exec(text)?.[1] ?? 0);
      let sequence = number("MEDIA-SEQUENCE");
      if (sequence < last) this.faults.push(`MEDIA-SEQUENCE went from ${last} to ${sequence}`);
      last = sequence;
      let broken = false;
      for (const line of text.split("\n")) {
        if (line.startsWith("#EXT-X-DISCONTINUITY") && !line.includes("SEQUENCE")) broken = true;
        if (line.startsWith("#EXT-X-MAP") && uriOf(line) !== map) {
          map = uriOf(line);
          this.bytes += (await this.#get(new URL(map, address))).length;
        }
        if (!line || line.startsWith("#")) continue;
        if (sequence >= next) {
          this.discontinuities += broken ? 1 : 0;
          const body = await this.#get(new URL(line, address));
          if (!body.length) this.faults.push(`an empty segment: ${line}`);
          this.segments++;
          this.bytes += body.length;
          next = sequence + 1;
        }
        broken = false;
        sequence++;
      }
      if (text.includes("#EXT-X-ENDLIST")) return;
      await sleep((number("TARGETDURATION") || 2) * 500);
      if (this.stopped.signal.aborted) return;
      text = (await this.#get(address)).toString();
    }
  }

  close() {
    this.stopped.abort();
    return this.ended;
  }
}
