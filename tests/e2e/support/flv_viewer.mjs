// A viewer of HTTP-FLV, or of FLV over WebSocket, of our own that decodes nothing and therefore misses nothing: it checks the container byte by byte and notes the time
// of every tag. Cheap enough to stand beside any attack as the witness that others are not harmed.
import { randomBytes } from "node:crypto";
import http from "node:http";

const KINDS = { 8: "audio", 9: "video", 18: "script" };
const MAX_TAG = 16 * 1024 * 1024;

export class FlvViewer {
  /** `websocket`: the same address asked for with an upgrade; each message is a piece of the FLV stream. */
  constructor(url, { headers = {}, websocket = false } = {}) {
    this.tags = { audio: [], video: [], script: [] }; // times in ms, without sequence headers
    this.headersSeen = { audio: 0, video: 0 };
    this.faults = [];
    this.bytes = 0;
    this.ended = null;
    this.onTag = () => {};
    this.rest = Buffer.alloc(0);
    this.started = false;
    const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": randomBytes(16).toString("base64") };
    this.request = http.get(url, { headers: { ...headers, ...(websocket ? upgrade : {}) }, agent: false }, (response) => {
      this.status = response.statusCode;
      if (response.statusCode !== 200 || websocket) this.fault(`status ${response.statusCode}`);
      response.on("data", (data) => this.status === 200 && this.feed(data));
      response.on("close", () => (this.ended = "closed"));
    });
    this.request.on("upgrade", (response, socket, head) => {
      this.status = response.statusCode;
      this.socket = socket;
      this.frames = head;
      socket.on("data", (data) => this.feedFrames(data, socket));
      socket.on("error", () => {});
      socket.on("close", () => (this.ended ??= "closed"));
      this.feedFrames(Buffer.alloc(0), socket);
    });
    this.request.on("error", (error) => {
      this.ended ??= error.message;
    });
    this.request.on("close", () => this.socket ?? (this.ended ??= "closed"));
  }

  /** RFC 6455: frames of a server are not masked, ours are. */
  feedFrames(data, socket) {
    this.frames = this.frames.length ? Buffer.concat([this.frames, data]) : data;
    for (;;) {
      const f = this.frames;
      if (f.length < 2) return;
      if (f[0] & 0x70 || f[1] & 0x80) return this.fault(`a WebSocket frame that begins with ${f.toString("hex", 0, 2)}`);
      const short = f[1] & 0x7f;
      const head = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (f.length < head) return;
      const length = short === 127 ? Number(f.readBigUInt64BE(2)) : short === 126 ? f.readUInt16BE(2) : short;
      if (f.length < head + length) return;
      const body = f.subarray(head, head + length);
      const opcode = f[0] & 0x0f;
      if (opcode === 2 || opcode === 0) this.feed(body);
      else if (opcode === 9) socket.write(Buffer.concat([Buffer.from([0x8a, 0x80 | body.length, 0, 0, 0, 0]), body]));
      else if (opcode === 8) this.ended ??= `closed with ${length >= 2 ? body.readUInt16BE(0) : "no code"}`;
      else if (opcode !== 10) this.fault(`a WebSocket message of kind ${opcode}`);
      this.frames = f.subarray(head + length);
    }
  }

  fault(what) {
    if (this.faults.length < 20) this.faults.push(what);
  }

  feed(data) {
    this.bytes += data.length;
    this.rest = this.rest.length ? Buffer.concat([this.rest, data]) : data;
    let at = 0;
    if (!this.started) {
      if (this.rest.length < 13) return;
      if (this.rest.toString("latin1", 0, 3) !== "FLV" || this.rest.readUInt32BE(5) !== 9) this.fault("no FLV header");
      this.started = true;
      at = 13;
    }
    while (this.rest.length - at >= 15) {
      const kind = KINDS[this.rest[at]];
      const size = this.rest.readUIntBE(at + 1, 3);
      if (!kind || size > MAX_TAG || this.rest.readUIntBE(at + 8, 3) !== 0) {
        this.fault(`no tag: type ${this.rest[at]}, ${size} bytes, after ${this.bytes} bytes`);
        this.close();
        return;
      }
      if (this.rest.length - at < 15 + size) break;
      if (this.rest.readUInt32BE(at + 11 + size) !== 11 + size) this.fault(`back pointer of a ${kind} tag says ${this.rest.readUInt32BE(at + 11 + size)}, not ${11 + size}`);
      this.tag(kind, this.rest.readUIntBE(at + 4, 3) + this.rest[at + 7] * 0x1000000, this.rest.subarray(at + 11, at + 11 + size));
      at += 15 + size;
    }
    this.rest = this.rest.subarray(at);
  }

  tag(kind, time, body) {
    const isHeader = (kind === "video" && (body[0] & 0x80 ? (body[0] & 0x0f) === 0 : body[1] === 0)) || (kind === "audio" && body[0] >> 4 === 10 && body[1] === 0);
    if (isHeader) this.headersSeen[kind]++;
    else {
      const times = this.tags[kind];
      if (kind !== "script" && times.length && time < times.at(-1)) this.fault(`${kind} goes back from ${times.at(-1)} to ${time} ms`);
      times.push(time);
    }
    this.onTag(kind, time, body, isHeader);
  }

  /** Places where two frames of a constant rate are not one frame apart: [from, to] in ms. */
  gaps(kind, interval, tolerance = 2) {
    const times = this.tags[kind];
    return times.slice(1).map((time, i) => [times[i], time]).filter(([from, to]) => Math.abs(to - from - interval) > tolerance);
  }

  close() {
    this.ended ??= "by us";
    this.socket?.destroy();
    this.request.destroy();
  }
}
