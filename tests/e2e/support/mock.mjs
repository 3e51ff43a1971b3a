// A stand-in for the server with the same face as Server in matinee.mjs, for work on the web client alone: it serves the built client,
// the calls that the client makes, FLV from an ffmpeg per viewer and HLS from another. `node support/mock.mjs [PORT]` runs it by hand.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import http from "node:http";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { endsWithTest, remove, temporaryFolder } from "./children.mjs";
import { freePort, root, until } from "./matinee.mjs";
import { MockAccounts } from "./mock_accounts.mjs";

const DIST = process.env.MATINEE_WEB_DIR ?? join(root, "resources/web-client/dist");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t" };
const CSP =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "connect-src 'self' ws: wss:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
const TRACKS = [
  { kind: "video", codec: "avc1.42c01e", width: 640, height: 360, sample_rate: 0, channels: 0 },
  { kind: "audio", codec: "mp4a.40.2", width: 0, height: 0, sample_rate: 48000, channels: 2 },
];
const INPUT = ["-hide_banner", "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=30", "-f", "lavfi", "-i", "sine=f=440:r=48000"];
const CODE = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-bf", "0", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2"];

export class MockServer {
  #streams = new Map();
  #viewers = new Set();
  #publishers = new Set();
  accounts = new MockAccounts((token, how) => this.#link(token, how));

  static async start({ port, isNew = false, env = {} } = {}) {
    const mock = new MockServer();
    mock.window = Number(env.MATINEE_LIVESTREAM_DVR_WINDOW_SECONDS ?? 0);
    mock.accounts.signUp = env.MATINEE_ACCOUNTS_SIGN_UP ?? "open";
    mock.port = port ?? (await freePort());
    mock.key = `mk_${randomBytes(12).toString("hex")}`;
    mock.setupToken = isNew ? randomBytes(16).toString("hex") : null;
    mock.setupUrl = `http://127.0.0.1:${mock.port}/setup#${mock.setupToken}`;
    mock.folder = temporaryFolder("mock");
    if (isNew) mock.firstStream = mock.#add("live", false);
    await mock.launch();
    return mock;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  launch() {
    this.server = http.createServer((request, response) => this.#answer(request, response).catch((error) => response.destroy(error)));
    this.server.on("upgrade", (request, socket) => this.#flvBySocket(request, socket));
    return new Promise((done) => this.server.listen(this.port, "127.0.0.1", done));
  }

  async stop() {
    for (const child of this.#viewers) child.kill("SIGKILL");
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    return closed;
  }

  async restart() {
    await this.stop();
    await this.launch();
  }

  async close() {
    await this.stop();
    for (const publisher of this.#publishers) await publisher.stop();
    remove(this.folder);
  }

  #add(name, isPrivate) {
    const stream = { name, private: isPrivate, status: "idle", publish_key: `pk_${randomBytes(12).toString("hex")}`, created_at: new Date().toISOString() };
    this.#streams.set(name, stream);
    return stream;
  }

  async createStream(name, { private: isPrivate = false } = {}) {
    return { ...this.#add(name, isPrivate) };
  }

  publish(key) {
    const stream = [...this.#streams.values()].find((one) => one.publish_key === key);
    if (!stream) throw new Error("no stream has this key");
    const folder = join(this.folder, stream.name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const output = ["-f", "hls", "-hls_time", "1", "-hls_list_size", String(Math.max(6, this.window)), "-hls_flags", "delete_segments+program_date_time+temp_file"];
    const child = endsWithTest(spawn("ffmpeg", [
      ...INPUT, ...CODE, ...output, join(folder, "main.m3u8"),
      "-map", "0:v", "-map", "1:a", "-vf", "scale=320:180", ...CODE, "-b:v", "150k", ...output, join(folder, "small.m3u8"),
      "-map", "1:a", "-c:a", "aac", ...output, join(folder, "audio.m3u8"),
    ]));
    stream.status = "live";
    stream.started = new Date().toISOString();
    const publisher = { process: child };
    this.#publishers.add(publisher);
    publisher.ended = new Promise((done) => child.on("close", done));
    publisher.stop = async () => {
      this.#publishers.delete(publisher);
      stream.status = "idle";
      for (const viewer of this.#viewers) viewer.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await publisher.ended;
      rmSync(folder, { recursive: true, force: true });
    };
    return publisher;
  }

  async untilLive(name) {
    // HLS can be played when its first segment is there.
    return until(`${name} is live`, () => this.#streams.get(name)?.status === "live" && ["main", "small", "audio"].every((one) => existsSync(join(this.folder, name, `${one}.m3u8`))), { timeout: 15000 });
  }

  async #answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    response.setHeader("Content-Security-Policy", CSP);
    const media = /^\/(flv|hls)\/([^/]+)$/.exec(pathname);
    if (media?.[1] === "flv") return this.#flv(media[2].replace(/\.flv$/, ""), response);
    if (media) return this.#multivariant(media[2].replace(/\.m3u8$/, ""), response);
    if (pathname.startsWith("/hls/")) return this.#file(join(this.folder, normalize(pathname.slice(4))), response);
    if (pathname === "/health/ready") return this.#json(response, 200, { status: "ok" });
    if (pathname.startsWith("/api/")) return this.#api(request, pathname, searchParams, response);
    const file = join(DIST, normalize(pathname));
    return this.#file(existsSync(file) && statSync(file).isFile() ? file : join(DIST, "index.html"), response);
  }

  async #api(request, path, query, response) {
    const body = await readBody(request);
    const playback = /^\/api\/v1\/playback\/([^/]+)$/.exec(path);
    const statistics = /^\/api\/v1\/playback\/([^/]+)\/statistics$/.exec(path);
    if (path === "/api/v1/server") return this.#json(response, 200, { name: "Matinee", version: "0.1.0-mock", needs_setup: this.setupToken !== null, rtmp_port: 1935 });
    if (path === "/api/v1/setup") return this.#setup(body, response);
    const ofAccounts = await this.accounts.answer(request, path, body);
    if (ofAccounts) {
      for (const [name, value] of Object.entries(ofAccounts.headers ?? {})) response.setHeader(name, value);
      const { status, problem } = ofAccounts;
      return problem ? this.#problem(response, status, problem.code, problem.detail, problem.field) : this.#json(response, status, ofAccounts.body);
    }
    if ((playback || statistics) && query.get("token") === "refused") return this.#problem(response, 403, "permission_denied", "The token is not for this stream.");
    if (playback) return this.#playback(playback[1], response);
    if (statistics) return this.#statistics(statistics[1], response);
    const byKey = request.headers.authorization === `Bearer ${this.key}`;
    if (!byKey && !this.accounts.caller(request)) return this.#problem(response, 401, "unauthenticated", "Neither an API key that is known, nor a session.");
    if (!byKey && !this.accounts.may(request, "manage_streams")) return this.#problem(response, 403, "permission_denied", "This needs the permission manage_streams.");
    if (path === "/api/v1/streams" && request.method === "POST") {
      if (this.#streams.has(body.name)) return this.#problem(response, 409, "already_exists", `There is already a stream called ${body.name}.`);
      return this.#json(response, 201, this.#shown(this.#add(body.name, body.private === true), true));
    }
    if (path === "/api/v1/streams") return this.#json(response, 200, { streams: [...this.#streams.values()].map((one) => this.#shown(one)), next_page_token: "" });
    if (path === "/api/v1/recordings") return this.#json(response, 200, { recordings: this.#recorded(query.get("stream")), next_page_token: "" });
    const [, name, verb] = /^\/api\/v1\/streams\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    const stream = this.#streams.get(name);
    if (!stream) return this.#problem(response, 404, "not_found", "There is no such stream.");
    if (verb?.startsWith("push-targets")) return this.#pushTargets(stream, request.method, verb.split("/")[1], body, response);
    if (verb?.startsWith("recording")) return this.#recording(stream, verb.split("/")[1], response);
    if (verb === "pull") return this.#pull(stream, request.method, body, response);
    if (verb === "playback-tokens") {
      return this.#json(response, 201, { token: `t.${randomBytes(20).toString("hex")}.s`, expires_at: new Date(Date.now() + body.ttl_seconds * 1000).toISOString() });
    }
    if (verb === "start" || verb === "stop") stream.stopped = verb === "stop";
    if (request.method === "DELETE") {
      this.#streams.delete(name);
      return this.#json(response, 200, {});
    }
    if (verb === "rotate-key") stream.publish_key = `pk_${randomBytes(12).toString("hex")}`;
    if (verb === "kick") for (const publisher of this.#publishers) await publisher.stop();
    return this.#json(response, 200, this.#shown(stream, verb === "rotate-key"));
  }

  #recorded(name) {
    const one = { stream: name, kind: "recording", state: "ready", codecs: "avc1.42c01e,mp4a.40.2", width: 1920, height: 1080, progress: 1, note: "" };
    return [
      { ...one, id: "r3", state: "writing", started_at: new Date().toISOString(), duration_seconds: 75, bytes: 9.4e6, file_path: "/recordings/r3.mp4" },
      { ...one, id: "r2", kind: "clip", started_at: "2026-11-20T20:31:00Z", duration_seconds: 60, bytes: 7.6e6, file_path: "/recordings/r2.mp4" },
      { ...one, id: "r1", started_at: "2026-11-20T19:58:12Z", duration_seconds: 7261, bytes: 5.3e9, file_path: "/recordings/r1.mp4", note: "It ended because the server was stopped." },
    ];
  }

  #recording(stream, verb, response) {
    if (verb) stream.recorded = verb === "start";
    const state = !stream.recorded ? "off" : stream.status === "live" ? "recording" : "waiting";
    return this.#json(response, 200, { stream: stream.name, wanted: stream.recorded === true, state, detail: "", lost_groups: 0 });
  }

  #pushTargets(stream, method, id, body, response) {
    stream.pushes ??= [];
    if (method === "GET") return this.#json(response, 200, { push_targets: stream.pushes });
    if (method === "DELETE") stream.pushes = stream.pushes.filter((one) => one.id !== id);
    if (method !== "POST") return this.#json(response, 200, {});
    if (!/^rtmps?:\/\//.test(body.address)) return this.#problem(response, 400, "invalid_argument", "`address` begins with rtmp:// or rtmps://.");
    const made = { id: `p${stream.pushes.length}`, name: stream.name, address: body.address.replace(/[^/]+$/, "***"), state: { state: "running", bytes: 5e6, last_error: "", failures: 0 } };
    stream.pushes.push(made);
    return this.#json(response, 201, made);
  }

  #pull(stream, method, body, response) {
    if (method === "DELETE") stream.pull = undefined;
    if (method === "PUT") {
      const state = { state: "waiting", bytes: 0, failures: 3, last_error: "The server refused the connection." };
      stream.pull = { name: stream.name, address: body.address, mode: body.mode, state };
    }
    if (method === "DELETE") return this.#json(response, 200, {});
    return stream.pull ? this.#json(response, 200, stream.pull) : this.#problem(response, 404, "not_found", "The stream is not fetched.");
  }

  /** What a link of accounts is for; with `use`, closes it and gives the stream that comes with it. */
  #link(token, { use = false } = {}) {
    if (this.setupToken === null || token !== this.setupToken) return null;
    if (!use) return "setup";
    this.setupToken = null;
    const { name, publish_key } = this.firstStream;
    return { name, publish_key };
  }

  #setup(body, response) {
    if (this.setupToken === null || body.token !== this.setupToken) return this.#problem(response, 401, "unauthenticated", "This set-up link has been used.");
    this.setupToken = null;
    const { name, publish_key } = this.firstStream;
    return this.#json(response, 200, { api_key: { id: "k1", name: "owner", scopes: ["admin"], key: this.key }, first_stream: { name, publish_key } });
  }

  #playback(name, response) {
    const stream = this.#streams.get(name);
    if (!stream) return this.#problem(response, 404, "not_found", `There is no stream called ${name}.`);
    const live = stream.status === "live";
    return this.#json(response, 200, {
      name, live, viewers: this.#viewers.size, flv_path: `/flv/${name}.flv`, hls_path: `/hls/${name}.m3u8`, tracks: live ? TRACKS : [],
      interrupted: false, dvr_window_seconds: this.window, ...(live ? { started_at: stream.started } : {}),
    });
  }

  #statistics(name, response) {
    const stream = this.#streams.get(name);
    if (!stream) return this.#problem(response, 404, "not_found", `There is no stream called ${name}.`);
    if (stream.status !== "live") return this.#json(response, 200, { name, status: "idle" });
    const viewers = this.#viewers.size;
    const noise = Math.sin(Date.now() / 3000);
    return this.#json(response, 200, {
      name, status: "live", started_at: stream.started, bitrate_kbps: Math.round(820 + 90 * noise), out_kbps: Math.round(viewers * (820 + 90 * noise)),
      fps: 30 + noise / 4, key_frame_interval_seconds: 2, tracks: TRACKS, viewers, viewers_by_protocol: viewers ? [{ protocol: "flv", viewers }] : [],
      jumps: 0, max_lag_seconds: 0.03, interruptions: 0,
    });
  }

  #multivariant(name, response) {
    if (this.#streams.get(name)?.status !== "live") return this.#problem(response, 404, "not_found", "The stream is not live.");
    response.writeHead(200, { "Content-Type": TYPES[".m3u8"], "Cache-Control": "no-cache" });
    response.end(
      `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1200000,CODECS="avc1.42c01e,mp4a.40.2",RESOLUTION=640x360\n${name}/main.m3u8\n` +
        `#EXT-X-STREAM-INF:BANDWIDTH=300000,CODECS="avc1.42c01e,mp4a.40.2",RESOLUTION=320x180\n${name}/small.m3u8\n` +
        `#EXT-X-STREAM-INF:BANDWIDTH=100000,CODECS="mp4a.40.2"\n${name}/audio.m3u8\n`,
    );
  }

  /** FLV over a WebSocket (RFC 6455): each piece a binary message, nothing read but the close. */
  #flvBySocket(request, socket) {
    const name = /^\/flv\/([^/?]+?)(?:\.flv)?(?:\?|$)/.exec(request.url)?.[1];
    if (this.#streams.get(name)?.status !== "live") return socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    const child = this.#viewer(socket);
    child.stdout.on("data", (bytes) => {
      // The shortest of the three forms of a length is the only legal one.
      const size = bytes.length;
      const long = Buffer.from([0, 0, 0, 0, size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
      const length = size < 126 ? [size] : size < 65536 ? [126, ...long.subarray(6)] : [127, ...long];
      socket.write(Buffer.concat([Buffer.from([0x82, ...length]), bytes]));
    });
    child.stdout.on("end", () => socket.end(Buffer.from([0x88, 0])));
    socket.on("error", () => child.kill("SIGKILL"));
    socket.resume();
  }

  #viewer(closing) {
    const child = endsWithTest(spawn("ffmpeg", [...INPUT, ...CODE, "-f", "flv", "-flvflags", "no_duration_filesize", "-"], { stdio: ["ignore", "pipe", "ignore"] }));
    this.#viewers.add(child);
    child.on("close", () => this.#viewers.delete(child));
    closing.on("close", () => child.kill("SIGKILL"));
    return child;
  }

  #shown(stream, withKey = false) {
    const { publish_key, started, recorded, pushes, pull, ...rest } = stream;
    const live = {
      started_at: started, publisher: "203.0.113.7:50211", encoder: "FMLE/3.0 (compatible; obs-studio/31.0)", bitrate_kbps: 6040, viewers: this.#viewers.size,
      tracks: [{ ...TRACKS[0], width: 1920, height: 1080 }, TRACKS[1]], frames: 1000, bytes: 1e6, fps: 30, key_frame_interval_seconds: 2, jumps: 0, viewers_by_protocol: [],
      warnings: [{ code: "key_frames_over_4s", message: "" }, { code: "b_frames", message: "" }],
    };
    return { ...rest, ...(withKey ? { publish_key } : {}), ...(stream.status === "live" ? { live } : {}) };
  }

  #flv(name, response) {
    if (this.#streams.get(name)?.status !== "live") return this.#problem(response, 404, "not_found", "The stream is not live.");
    const child = this.#viewer(response);
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { "Content-Type": "video/x-flv", "Cache-Control": "no-store", Connection: "close" });
    child.stdout.pipe(response);
  }

  #file(path, response) {
    if (!existsSync(path)) return this.#problem(response, 404, "not_found", "Nothing is here.");
    response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream", "Cache-Control": "no-cache" });
    createReadStream(path).pipe(response);
  }

  #json(response, status, body) {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  }

  #problem(response, status, code, detail, field = "") {
    response.writeHead(status, { "Content-Type": "application/problem+json" });
    response.end(JSON.stringify({ type: "about:blank", title: code, status, code, detail, ...(field ? { field } : {}) }));
  }
}

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString();
  return text ? JSON.parse(text) : {};
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const mock = await MockServer.start({ port: Number(process.argv[2] ?? 8080) });
  const stream = await mock.createStream("show");
  mock.publish(stream.publish_key);
  console.log(`${mock.url}/watch/show\n${mock.url}/studio with the API key ${mock.key}`);
  process.on("SIGINT", () => mock.close().then(() => process.exit(0)));
}
