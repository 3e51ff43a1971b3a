// Cuts the bytes that an RTMP client sends into its messages, each as the chunks that carried it, so that they can be tampered with one by one.
// C0 with C1, then C2, which the client sends only after the server has answered.
const HANDSHAKE = [1537, 1536];
const SET_CHUNK_SIZE = 1;

export class RtmpMessages {
  constructor() {
    this.rest = Buffer.alloc(0);
    this.shaken = 0;
    this.chunkSize = 128;
    this.channels = new Map(); // chunk stream id -> { length, type, extended, left, parts, body }
  }

  /** What became whole: [{ bytes, type, headerLength }]; the two parts of the handshake come as type "handshake". */
  feed(data) {
    this.rest = this.rest.length ? Buffer.concat([this.rest, data]) : data;
    const whole = [];
    while (this.shaken < HANDSHAKE.length) {
      const length = HANDSHAKE[this.shaken];
      if (this.rest.length < length) return whole;
      whole.push({ bytes: this.rest.subarray(0, length), type: "handshake", headerLength: 1 });
      this.rest = this.rest.subarray(length);
      this.shaken++;
    }
    for (let chunk; (chunk = this.#chunk()); ) if (chunk.message) whole.push(chunk.message);
    return whole;
  }

  #chunk() {
    const b = this.rest;
    if (b.length < 1) return null;
    const format = b[0] >> 6;
    let id = b[0] & 0x3f;
    let at = 1;
    if (id < 2) {
      if (b.length < 2 + id) return null;
      id = id === 0 ? b[1] + 64 : b[1] + b[2] * 256 + 64;
      at = b[0] & 0x3f ? 3 : 2;
    }
    const fields = [11, 7, 3, 0][format];
    if (b.length < at + fields) return null;
    const channel = this.channels.get(id) ?? { length: 0, type: 0, extended: false, left: 0, parts: [], body: [] };
    const extended = format < 3 ? b.readUIntBE(at, 3) === 0xffffff : channel.extended;
    if (b.length < at + fields + (extended ? 4 : 0)) return null;
    this.channels.set(id, channel);
    channel.extended = extended;
    if (format < 2) {
      channel.length = b.readUIntBE(at + 3, 3);
      channel.type = b[at + 6];
    }
    at += fields + (channel.extended ? 4 : 0);
    if (channel.left === 0) {
      channel.left = channel.length;
      channel.headerLength = at;
    }
    const size = Math.min(channel.left, this.chunkSize);
    if (b.length < at + size) {
      if (channel.parts.length === 0) channel.left = 0;
      return null;
    }
    channel.parts.push(b.subarray(0, at + size));
    channel.body.push(b.subarray(at, at + size));
    channel.left -= size;
    this.rest = b.subarray(at + size);
    if (channel.left) return {};
    if (channel.type === SET_CHUNK_SIZE) this.chunkSize = Buffer.concat(channel.body).readUInt32BE(0) & 0x7fffffff;
    const message = { bytes: Buffer.concat(channel.parts), type: channel.type, headerLength: channel.headerLength };
    channel.parts = [];
    channel.body = [];
    return { message };
  }
}
