// Starts and ends real programs for the tests: matinee itself, ffmpeg, ffprobe. Every process is ended by its id.
import { spawn } from "node:child_process";
import net from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { endsWithTest, remove, temporaryFolder } from "./children.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const matineeBin = process.env.MATINEE_BIN ?? join(root, "build/release/bin/matinee");

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const given = new Set();

/** A port of loopback that nobody uses; the kernel may offer one twice, we do not. */
export async function freePort() {
  for (;;) {
    const port = await offeredPort();
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}

function offeredPort() {
  return new Promise((done, fail) => {
    const server = net.createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Runs a program to its end: { code, signal, stdout, stderr }. */
export function run(command, args, { input, timeout = 60000, env, cwd } = {}) {
  return new Promise((done, fail) => {
    const child = endsWithTest(spawn(command, args, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"], env: env ?? process.env, cwd }));
    const out = [];
    const err = [];
    const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
    child.stdout.on("data", (d) => out.push(d));
    child.stderr.on("data", (d) => err.push(d));
    child.on("error", fail);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    if (input !== undefined) child.stdin.end(input);
  });
}

export const matinee = (args, options) => run(matineeBin, args, options);

export async function until(what, check, { timeout = 10000, every = 50 } = {}) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`);
    await sleep(every);
  }
}

/** A running server with its data in a folder of its own, and an API key of scope admin unless it is to be new to everybody. */
export class Server {
  static async start({ args = [], env = {}, port, rtmpPort, dataDir, tls = false, isNew = false } = {}) {
    const server = new Server();
    server.ownsData = !dataDir;
    server.dataDir = dataDir ?? temporaryFolder("e2e");
    server.port = port ?? (await freePort());
    server.rtmpPort = rtmpPort ?? (await freePort());
    server.args = args;
    server.env = env;
    server.scheme = tls ? "https" : "http";
    await server.launch();
    if (isNew) return server;
    const made = await matinee(["api-key", "create", "--name", "e2e", "--scope", "admin", "--output", "json", "--data-dir", server.dataDir]);
    if (made.code !== 0) throw new Error(`api-key create: ${made.stderr}`);
    server.key = JSON.parse(made.stdout).key;
    return server;
  }

  get url() {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  async launch() {
    this.log = "";
    this.output = "";
    const args = ["serve", "--data-dir", this.dataDir, "--port", String(this.port), "--rtmp-port", String(this.rtmpPort), ...this.args];
    this.process = endsWithTest(spawn(matineeBin, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...this.env } }));
    this.process.stdout.on("data", (d) => (this.output += d));
    this.process.stderr.on("data", (d) => (this.log += d));
    this.ended = new Promise((done) => this.process.on("close", (code, signal) => done({ code, signal })));
    let over = false;
    this.ended.then(() => (over = true));
    await until(
      "the server is ready",
      async () => {
        if (over) throw new Error(`the server ended at start:\n${this.log}`);
        const socket = await fetch(`${this.url}/health/ready`).catch(() => null);
        return socket?.status === 200;
      },
      { timeout: 15000 },
    );
  }

  async stop(signal = "SIGTERM") {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    return this.ended;
  }

  async restart() {
    await this.stop();
    await this.launch();
  }

  async close() {
    await this.stop();
    if (this.ownsData) remove(this.dataDir);
  }

  /** A REST call as the owner: { status, body, headers }. */
  async rest(method, path, body, { key = this.key } = {}) {
    const headers = {};
    if (key) headers.authorization = `Bearer ${key}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await fetch(`${this.url}${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
  }

  async createStream(name, more = {}) {
    const made = await this.rest("POST", "/api/v1/streams", { name, ...more });
    if (made.status !== 201) throw new Error(`create stream: ${made.status} ${JSON.stringify(made.body)}`);
    return made.body;
  }

  /** ffmpeg publishing a test picture and tone; ends with stop(). */
  publish(key, { size = "640x360", fps = 30, gop = 60, bframes = 0, audio = true, video = true, seconds = 600 } = {}) {
    const args = ["-hide_banner", "-loglevel", "error", "-re"];
    if (video) args.push("-f", "lavfi", "-i", `testsrc2=s=${size}:r=${fps}`);
    if (audio) args.push("-f", "lavfi", "-i", "sine=f=440:r=48000");
    args.push("-t", String(seconds));
    if (video)
      args.push("-c:v", "libx264", "-preset", "ultrafast", "-tune", bframes ? "film" : "zerolatency", "-bf", String(bframes), "-g", String(gop),
        "-keyint_min", String(gop), "-sc_threshold", "0", "-b:v", "600k", "-pix_fmt", "yuv420p");
    if (audio) args.push("-c:a", "aac", "-ac", "2", "-b:a", "96k");
    args.push("-f", "flv", `rtmp://127.0.0.1:${this.rtmpPort}/live/${key}`);
    const child = endsWithTest(spawn("ffmpeg", args, { stdio: ["ignore", "ignore", "pipe"] }));
    const publisher = { process: child, log: "" };
    child.stderr.on("data", (d) => (publisher.log += d));
    publisher.ended = new Promise((done) => child.on("close", (code) => done(code)));
    publisher.stop = async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      return publisher.ended;
    };
    return publisher;
  }

  async untilLive(name, timeout = 10000) {
    return until(`${name} is live`, async () => {
      const { body } = await this.rest("GET", `/api/v1/streams/${name}`);
      return body?.status === "live" && body.live?.tracks?.length ? body : null;
    }, { timeout });
  }
}
