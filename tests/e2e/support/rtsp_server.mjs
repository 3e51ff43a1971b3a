// A camera: an RTSP server (RFC 2326) that sends one H.264 file over TCP, interleaved, in a loop. Small on purpose: no audio, one session a
// connection. It also refuses UDP by answering 461, as many cameras behind a NAT do.
import { readFileSync } from "node:fs";
import net from "node:net";
import { run } from "./matinee.mjs";

const CLOCK = 90000;
const MTU = 1400;

/** Access units of an Annex B file: arrays of NAL units, cut before each access unit delimiter. */
function accessUnits(bytes) {
  const starts = [];
  for (let i = 0; i + 3 < bytes.length; i++) if (bytes[i] === 0 && bytes[i + 1] === 0 && bytes[i + 2] === 1) starts.push(i + 3);
  const units = [];
  starts.forEach((start, i) => {
    let end = i + 1 < starts.length ? starts[i + 1] - 3 : bytes.length;
    while (bytes[end - 1] === 0) end--;
    const nal = bytes.subarray(start, end);
    if ((nal[0] & 0x1f) === 9) units.push([]);
    else units.at(-1)?.push(nal);
  });
  return units;
}

export class RtspServer {
  static async start(file, { fps = 30 } = {}) {
    const encoded = `${file}.h264`;
    const cut = await run("ffmpeg", ["-hide_banner", "-loglevel", "error", "-y", "-i", file, "-an", "-c", "copy", "-bsf:v", "h264_mp4toannexb,h264_metadata=aud=insert", "-f", "h264", encoded]);
    if (cut.code !== 0) throw new Error(cut.stderr);
    const server = new RtspServer();
    server.units = accessUnits(readFileSync(encoded));
    server.fps = fps;
    server.requests = [];
    server.sockets = new Set();
    server.server = net.createServer((socket) => server.serve(socket));
    await new Promise((done) => server.server.listen(0, "127.0.0.1", done));
    server.port = server.server.address().port;
    return server;
  }

  get sdp() {
    const sets = this.units[0].filter((nal) => [7, 8].includes(nal[0] & 0x1f));
    return [
      "v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=camera", "t=0 0", `m=video 0 RTP/AVP 96`, "c=IN IP4 0.0.0.0", "a=rtpmap:96 H264/90000",
      `a=fmtp:96 packetization-mode=1;sprop-parameter-sets=${sets.map((set) => set.toString("base64")).join(",")}`, "a=control:track1", "",
    ].join("\r\n");
  }

  serve(socket) {
    this.sockets.add(socket);
    let rest = "";
    let timer;
    socket.on("error", () => {});
    socket.on("close", () => {
      clearInterval(timer);
      this.sockets.delete(socket);
    });
    socket.on("data", (data) => {
      rest += data.toString("latin1");
      for (let end; (end = rest.indexOf("\r\n\r\n")) >= 0; rest = rest.slice(end + 4)) {
        const head = rest.slice(rest.search(/[A-Z]/), end);
        const method = head.split(" ")[0];
        this.requests.push(head);
        const answer = (lines = [], body = "", status = "200 OK") =>
          socket.write(`RTSP/1.0 ${status}\r\nCSeq: ${/CSeq: *(\d+)/i.exec(head)?.[1]}\r\n${lines.map((line) => `${line}\r\n`).join("")}${body ? `Content-Length: ${body.length}\r\n` : ""}\r\n${body}`);
        if (method === "OPTIONS") answer(["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"]);
        else if (method === "DESCRIBE") answer(["Content-Type: application/sdp"], this.sdp);
        else if (method === "SETUP" && !/TCP/.test(head)) answer([], "", "461 Unsupported Transport");
        else if (method === "SETUP") answer(["Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1"]);
        else if (method === "PLAY") {
          answer(["Session: 1", "Range: npt=0-"]);
          timer ??= this.play(socket);
        } else answer(["Session: 1"]);
      }
    });
  }

  play(socket) {
    let index = 0;
    let sequence = 0;
    const send = (payload, time, last) => {
      const packet = Buffer.alloc(16 + payload.length);
      packet.write("$", 0, "latin1");
      packet.writeUInt16BE(12 + payload.length, 2);
      packet.writeUInt8(0x80, 4);
      packet.writeUInt8((last ? 0x80 : 0) | 96, 5);
      packet.writeUInt16BE(sequence++ & 0xffff, 6);
      packet.writeUInt32BE(time >>> 0, 8);
      packet.writeUInt32BE(7, 12);
      payload.copy(packet, 16);
      socket.write(packet);
    };
    return setInterval(() => {
      const unit = this.units[index % this.units.length];
      const time = Math.round((index++ * CLOCK) / this.fps);
      unit.forEach((nal, i) => {
        const lastNal = i === unit.length - 1;
        if (nal.length <= MTU) return send(nal, time, lastNal);
        for (let at = 1; at < nal.length; at += MTU) { // FU-A (RFC 6184, 5.8)
          const part = nal.subarray(at, at + MTU);
          const end = at + MTU >= nal.length;
          send(Buffer.concat([Buffer.from([(nal[0] & 0xe0) | 28, (at === 1 ? 0x80 : 0) | (end ? 0x40 : 0) | (nal[0] & 0x1f)]), part]), time, lastNal && end);
        }
      });
    }, 1000 / this.fps);
  }

  async close() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }
}
