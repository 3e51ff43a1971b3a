// Players that we did not write: ffmpeg, GStreamer, mpv. Each plays until every expected track has shown `seconds` of its time, or until
// the deadline, and hands back what came out of its decoders: { who, tracks, sizes, complaints, broke }. browser_player.mjs has Chromium.
import net from "node:net";
import { join } from "node:path";
import { remove, start, temporaryFolder } from "./children.mjs";
import { sleep } from "./matinee.mjs";

/** Enough to start: probing, and three HLS segments before the first. */
const START_SECONDS = 25;

/** A play that goes on: `tracks` grows; stop() ends it, finish({ wanted, seconds }) waits for so much of every wanted track. */
class Play {
  constructor(who) {
    Object.assign(this, { who, tracks: {}, sizes: new Set(), repeated: 0, complaints: [], broke: null });
  }

  watch(program) {
    this.program = program;
    /** Whether every frame is in `tracks`, so that they can be counted. */
    this.counted = true;
    program.ended.then(({ code, signal }) => {
      if (!this.stopped) this.broke = `code ${code}, signal ${signal}: ${program.log.slice(-400)}`;
    });
    return this;
  }

  add(kind, time) {
    (this.tracks[kind] ??= []).push(time);
  }

  shown(kind) {
    const times = this.tracks[kind] ?? [];
    return times.length ? times.at(-1) - times[0] : 0;
  }

  async stop() {
    this.stopped = true;
    await this.program.stop();
    return this;
  }

  async finish({ wanted, seconds, limit = seconds * 1.5 + START_SECONDS }) {
    const deadline = Date.now() + limit * 1000;
    while (this.broke === null && Date.now() < deadline && wanted.some((kind) => this.shown(kind) < seconds)) await sleep(50);
    return this.stop();
  }
}

/**
 * Decodes with ffmpeg; the time of every decoded frame as the input had it. `command` for another ffmpeg than the machine's own.
 * After a discontinuity of HLS time may begin anew, and it is the player that carries it on: then not `asSent`.
 */
export function playWithFfmpeg(url, { command = ["ffmpeg"], asSent = !url.includes(".m3u8") } = {}) {
  const play = new Play(`${command.join(" ")} ${url}`);
  const units = {};
  const kinds = {};
  const onLine = (line, from) => {
    if (from === "stderr") return line.trim() && play.complaints.push(line.trim());
    const head = /^#(tb|media_type) (\d+): (\S+)/.exec(line);
    if (head?.[1] === "tb") units[head[2]] = head[3].split("/").reduce((a, b) => a / b);
    if (head?.[1] === "media_type") kinds[head[2]] = head[3];
    if (line.startsWith("#")) return;
    const [index, , pts, , size] = line.split(",").map(Number);
    if (Number.isNaN(pts)) return;
    // Where MPEG-TS has audio alone, and after a discontinuity, ffmpeg gives the first frame's time twice: in its own HLS as well.
    if (!asSent && play.tracks[kinds[index]]?.at(-1) === pts * units[index]) return play.repeated++;
    play.add(kinds[index], pts * units[index]);
    if (kinds[index] === "video") play.sizes.add(size);
  };
  return play.watch(start(command[0], [
    ...command.slice(1), "-hide_banner", "-nostdin", "-loglevel", "error", ...(asSent ? ["-copyts"] : []), "-i", url,
    "-map", "0:v:0?", "-map", "0:a:0?", "-noautoscale", "-vsync", "passthrough", "-flush_packets", "1", "-f", "framecrc", "pipe:1",
  ], { onLine }));
}

const SINKS = {
  video: ["queue", "!", "h264parse", "!", "avdec_h264", "!", "fakesink", "name=video", "sync=false", "async=false"],
  audio: ["queue", "!", "aacparse", "!", "avdec_aac", "!", "fakesink", "name=audio", "sync=false", "async=false"],
};
const SOURCES = {
  rtmp: (url) => ["rtmpsrc", `location=${url} live=1`, "!", "flvdemux", "name=d"],
  flv: (url) => ["souphttpsrc", `location=${url}`, "is-live=true", "!", "flvdemux", "name=d"],
  hls: (url) => ["souphttpsrc", `location=${url}`, "!", "hlsdemux", "!", "tsdemux", "name=d"],
};

/** GStreamer's own clients and demultiplexers: `by` is rtmp, flv or hls (MPEG-TS). */
export function playWithGstreamer(url, by, wanted = ["video", "audio"]) {
  const play = new Play(`GStreamer ${by} ${url}`);
  const branches = wanted.flatMap((kind) => ["d.", "!", ...SINKS[kind]]);
  const onLine = (line) => {
    // The sink's own log names each buffer's time; what gst-launch -v prints of it leaves some out and repeats others.
    const buffer = /chain_unlocked:<(video|audio)> got times start: (\d+):(\d+):([\d.]+),/.exec(line);
    if (buffer) {
      const time = Number(buffer[2]) * 3600 + Number(buffer[3]) * 60 + Number(buffer[4]);
      // A decoder that begins may hand out its first frame under the time of the second.
      if (time === play.tracks[buffer[1]]?.at(-1)) play.repeated++;
      else play.add(buffer[1], time);
    } else if (/^(ERROR|WARNING): from element| ERROR +\S+ \S+:\d+:/.test(line)) play.complaints.push(line.trim());
  };
  const env = { ...process.env, GST_DEBUG: "1,basesink:5", GST_DEBUG_NO_COLOR: "1" };
  return play.watch(start("gst-launch-1.0", ["-q", ...SOURCES[by](url), ...branches], { onLine, env }));
}

/** mpv without a screen; it keeps its own clock, so its time is asked for ten times a second, and its counters of lost frames with it. */
export function playWithMpv(url, { args = [] } = {}) {
  const folder = temporaryFolder("mpv");
  const path = join(folder, "socket");
  const play = new Play(`mpv ${url}`);
  const onLine = (line) => {
    if (/error|invalid|corrupt|broken|failed|missing/i.test(line)) play.complaints.push(line.trim());
  };
  play.watch(start("mpv", ["--no-config", "--vo=null", "--ao=null", "--no-input-terminal", "--msg-level=all=warn", `--input-ipc-server=${path}`, ...args, url], { onLine }));
  play.counted = false;
  const clocks = { video: "time-pos", audio: "audio-pts" };
  let socket;
  const connect = () => {
    socket = net.connect(path);
    let rest = "";
    socket.on("error", () => !play.stopped && setTimeout(connect, 100));
    socket.on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const { request_id: kind, data, error } = JSON.parse(line);
        const track = ["", "video", "audio"][kind];
        if (!track || error !== "success" || data === null) continue;
        // A question between two frames gets the same answer twice, which is no frame.
        if (data !== play.tracks[track]?.at(-1)) play.add(track, data);
      }
    });
  };
  connect();
  const timer = setInterval(() => {
    if (socket?.readyState !== "open") return;
    Object.values(clocks).forEach((name, i) => socket.write(`${JSON.stringify({ command: ["get_property", name], request_id: i + 1 })}\n`));
  }, 100);
  play.program.ended.then(() => {
    clearInterval(timer);
    socket?.destroy();
    remove(folder);
  });
  return play;
}
