// A stand-in for the server with the same face as Server in matinee.mjs, for work on the web client alone: it serves the built client,
// the calls that the client makes, FLV from an ffmpeg per viewer and HLS from another. `node support/mock.mjs [PORT]` runs it by hand.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { freePort, root, until } from "./matinee.mjs";

const DIST = join(root, "resources/web-client/dist");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t" };
const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; " +
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

  static async start({ port, isNew = false } = {}) {
    const mock = new MockServer();
    mock.port = port ?? (await freePort());
    mock.key = `mk_${randomBytes(12).toString("hex")}`;
    mock.setupToken = isNew ? randomBytes(16).toString("hex") : null;
    mock.setupUrl = `http://127.0.0.1:${mock.port}/setup#${mock.setupToken}`;
    mock.folder = mkdtempSync(join(tmpdir(), "matinee-mock-"));
    if (isNew) mock.firstStream = mock.#add("live", false);
    await mock.launch();
    return mock;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  launch() {
    this.server = http.createServer((request, response) => this.#answer(request, response).catch((error) => response.destroy(error)));
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
    rmSync(this.folder, { recursive: true, force: true });
  }

  #add(name, isPrivate) {
    const stream = { name, private: isPrivate, status: "idle", publish_key: `pk_${randomBytes(12).toString("hex")}`, created_at: new Date().toISOString() };
    this.#streams.set(name, stream);
    return stream;
  }

  async createStream(name) {
    return { ...this.#add(name, false) };
  }

  publish(key) {
    const stream = [...this.#streams.values()].find((one) => one.publish_key === key);
    if (!stream) throw new Error("no stream has this key");
    const list = join(this.folder, `${stream.name}.m3u8`);
    const child = spawn("ffmpeg", [...INPUT, ...CODE, "-f", "hls", "-hls_time", "2", "-hls_list_size", "6", "-hls_flags", "delete_segments", list]);
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
      rmSync(list, { force: true });
    };
    return publisher;
  }

  async untilLive(name) {
    // HLS can be played when its first segment is there.
    return until(`${name} is live`, () => this.#streams.get(name)?.status === "live" && existsSync(join(this.folder, `${name}.m3u8`)), { timeout: 15000 });
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, this.url);
    response.setHeader("Content-Security-Policy", CSP);
    const media = /^\/(flv|hls)\/([^/]+)$/.exec(pathname);
    if (media?.[1] === "flv") return this.#flv(media[2].replace(/\.flv$/, ""), response);
    if (media) return this.#file(join(this.folder, normalize(`/${media[2]}`)), response);
    if (pathname === "/health/ready") return this.#json(response, 200, { status: "ok" });
    if (pathname.startsWith("/api/")) return this.#api(request, pathname, response);
    const file = join(DIST, normalize(pathname));
    return this.#file(existsSync(file) && statSync(file).isFile() ? file : join(DIST, "index.html"), response);
  }

  async #api(request, path, response) {
    const body = await readBody(request);
    const playback = /^\/api\/v1\/playback\/([^/]+)$/.exec(path);
    if (path === "/api/v1/server") return this.#json(response, 200, { name: "Matinee", version: "0.1.0-mock", needs_setup: this.setupToken !== null, rtmp_port: 1935 });
    if (path === "/api/v1/setup") return this.#setup(body, response);
    if (playback) return this.#playback(playback[1], response);
    if (request.headers.authorization !== `Bearer ${this.key}`) return this.#problem(response, 401, "unauthenticated", "The API key is not known.");
    if (path === "/api/v1/streams" && request.method === "POST") {
      if (this.#streams.has(body.name)) return this.#problem(response, 409, "already_exists", `There is already a stream called ${body.name}.`);
      return this.#json(response, 201, this.#shown(this.#add(body.name, body.private === true), true));
    }
    if (path === "/api/v1/streams") return this.#json(response, 200, { streams: [...this.#streams.values()].map((one) => this.#shown(one)), next_page_token: "" });
    const [, name, verb] = /^\/api\/v1\/streams\/([^/]+)(?:\/(rotate-key|kick))?$/.exec(path) ?? [];
    const stream = this.#streams.get(name);
    if (!stream) return this.#problem(response, 404, "not_found", "There is no such stream.");
    if (request.method === "DELETE") {
      this.#streams.delete(name);
      return this.#json(response, 200, {});
    }
    if (verb === "rotate-key") stream.publish_key = `pk_${randomBytes(12).toString("hex")}`;
    if (verb === "kick") for (const publisher of this.#publishers) await publisher.stop();
    return this.#json(response, 200, this.#shown(stream, verb === "rotate-key"));
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
    });
  }

  #shown(stream, withKey = false) {
    const { publish_key, started, ...rest } = stream;
    const live = {
      started_at: started, publisher: "203.0.113.7:50211", encoder: "FMLE/3.0 (compatible; obs-studio/31.0)", bitrate_kbps: 6040, viewers: this.#viewers.size,
      tracks: [{ ...TRACKS[0], width: 1920, height: 1080 }, TRACKS[1]], frames: 1000, bytes: 1e6, fps: 30, key_frame_interval_seconds: 2, jumps: 0, viewers_by_protocol: [],
    };
    return { ...rest, ...(withKey ? { publish_key } : {}), ...(stream.status === "live" ? { live } : {}) };
  }

  #flv(name, response) {
    if (this.#streams.get(name)?.status !== "live") return this.#problem(response, 404, "not_found", "The stream is not live.");
    const child = spawn("ffmpeg", [...INPUT, ...CODE, "-f", "flv", "-flvflags", "no_duration_filesize", "-"], { stdio: ["ignore", "pipe", "ignore"] });
    this.#viewers.add(child);
    child.on("close", () => this.#viewers.delete(child));
    response.on("close", () => child.kill("SIGKILL"));
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

  #problem(response, status, code, detail) {
    response.writeHead(status, { "Content-Type": "application/problem+json" });
    response.end(JSON.stringify({ type: "about:blank", title: code, status, code, detail }));
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
