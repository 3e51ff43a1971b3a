// What goes wrong, and what the person who runs the server sees then.
import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import grpc from "@grpc/grpc-js";
import { temporaryFolder } from "./support/children.mjs";
import { freePort, matinee, run, Server, sleep, until } from "./support/matinee.mjs";

const folder = () => temporaryFolder("failure");

describe("a start that cannot work says why and changes nothing", () => {
  test("a port that is taken: exit code 3, and how to find who has it", async () => {
    const taken = net.createServer().listen(0, "127.0.0.1");
    await new Promise((done) => taken.once("listening", done));
    const dir = folder();
    const ended = await matinee(["serve", "--data-dir", dir, "--port", String(taken.address().port), "--rtmp-port", String(await freePort())]);
    taken.close();
    assert.equal(ended.code, 3);
    assert.match(ended.stderr, new RegExp(`${taken.address()?.port ?? ""}`));
    assert.match(ended.stderr, /--port|server\.port/);
  });

  test("a typing mistake in the YAML: file, line, key and the nearest known key; exit code 2", async () => {
    const dir = folder();
    writeFileSync(join(dir, "matinee.yaml"), "server:\n  prot: 8080\nlivestream:\n  rtmp_port: many\n");
    const ended = await matinee(["serve", "--data-dir", dir]);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /matinee\.yaml:2.*server\.prot.*server\.port/s);
    assert.match(ended.stderr, /matinee\.yaml:4.*livestream\.rtmp_port/s);
    assert.throws(() => statSync(join(dir, "matinee.db")));
  });

  test("an example secret is refused", async () => {
    const dir = folder();
    const ended = await matinee(["serve", "--data-dir", dir, "--set", "jwt.secret=changeme"]);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /jwt\.secret/);
  });

  test("a file where the data folder should be: exit code 3", async () => {
    const dir = folder();
    writeFileSync(join(dir, "file"), "");
    const ended = await matinee(["serve", "--data-dir", join(dir, "file")]);
    assert.equal(ended.code, 3);
    assert.match(ended.stderr, /data folder|--data-dir/);
  });

  test("something that is no database: exit code 3, the file as it was", async () => {
    const dir = folder();
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "matinee.db"), "this is a poem, not a database, and longer than a header ".repeat(10));
    const before = statSync(join(dir, "matinee.db")).size;
    const ended = await matinee(["serve", "--data-dir", dir, "--port", String(await freePort()), "--rtmp-port", String(await freePort())]);
    assert.equal(ended.code, 3);
    assert.match(ended.stderr, /matinee\.db.*not a SQLite database.*(restore|another)/s);
    assert.equal(statSync(join(dir, "matinee.db")).size, before);
  });

  test("two servers on one data folder: the second is refused", async () => {
    const server = await Server.start();
    const ended = await matinee(["serve", "--data-dir", server.dataDir, "--port", String(await freePort()), "--rtmp-port", String(await freePort())]);
    assert.equal(ended.code, 3);
    assert.match(ended.stderr, /[Aa]nother/);
    await server.close();
  });
});

describe("bad input at the doors", () => {
  let server, publisher;
  before(async () => {
    server = await Server.start();
    const stream = await server.createStream("steady");
    publisher = server.publish(stream.publish_key);
    await server.untilLive("steady");
  });
  after(async () => {
    await publisher.stop();
    await server.close();
  });

  const send = (port, bytes, { wait = 1500 } = {}) =>
    new Promise((done) => {
      const got = [];
      const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
      const timer = setTimeout(() => socket.destroy(), wait);
      socket.on("data", (d) => got.push(d));
      socket.on("error", () => {});
      socket.on("close", () => {
        clearTimeout(timer);
        done(Buffer.concat(got));
      });
    });
  const noise = (n, seed = 1) => Buffer.from(Array.from({ length: n }, () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16));

  test("garbage on both ports is closed and counted; the stream goes on", async () => {
    for (let i = 1; i <= 20; i++) await Promise.all([send(server.rtmpPort, noise(4000, i), { wait: 300 }), send(server.port, noise(4000, i), { wait: 300 })]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /matinee_rtmp_closed_total\{reason="[a-z_]+"\} [1-9]/);
    const before = (await server.rest("GET", "/api/v1/streams/steady")).body.live.frames;
    await sleep(1000);
    const now = (await server.rest("GET", "/api/v1/streams/steady")).body.live.frames;
    assert.ok(now - before >= 20, `${now - before} frames in a second`);
  });

  test("a wrong key is refused with a description, limited, and not logged", async () => {
    const key = "live_wrongwrongwrongwrongwrongwrongwrong";
    const bad = server.publish(key, { seconds: 3 });
    assert.notEqual(await bad.ended, 0);
    for (let i = 0; i < 11; i++) await server.publish(`${key}${i}`, { seconds: 1, size: "64x64", audio: false }).ended;
    assert.ok(!server.log.includes("live_wrong"));
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /matinee_publish_refused_total\{reason="rate_limited"\} [1-9]/);
  });

  test("a header that is too large, a path that climbs, a body that is too large", async () => {
    assert.match((await send(server.port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(9000)}\r\n\r\n`)).toString(), /^HTTP\/1\.1 431 /);
    assert.match((await send(server.port, "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n")).toString(), /^HTTP\/1\.1 400 /);
    assert.match((await send(server.port, "GET /hls/..%5c..%5cx.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n")).toString(), /^HTTP\/1\.1 400 /);
    assert.match((await send(server.port, `POST /api/v1/streams HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n`)).toString(), /^HTTP\/1\.1 413 /);
  });
});

describe("stopping", () => {
  test("SIGTERM drains: publishers and viewers are let go, exit code 0 within the limit", async () => {
    const server = await Server.start();
    const stream = await server.createStream("show");
    const publisher = server.publish(stream.publish_key);
    await server.untilLive("show");
    const viewer = run("ffmpeg", ["-v", "error", "-i", `${server.url}/flv/show.flv`, "-f", "null", "-"]);
    await sleep(1500);
    const begin = Date.now();
    const ended = await server.stop();
    assert.deepEqual(ended, { code: 0, signal: null });
    assert.ok(Date.now() - begin < 10000);
    await viewer;
    await publisher.stop();
    await server.close();
  });

  test("an idle gRPC client does not hold it up", async () => {
    const server = await Server.start();
    const client = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
    await new Promise((done, fail) => client.waitForReady(Date.now() + 5000, (e) => (e ? fail(e) : done())));
    const begin = Date.now();
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.ok(Date.now() - begin < 5000, `${Date.now() - begin} ms`);
    client.close();
    await server.close();
  });

  test("kill -9 and a new start: the stream and its key are still there", async () => {
    const server = await Server.start();
    const stream = await server.createStream("kept");
    await server.stop("SIGKILL");
    await server.launch();
    const publisher = server.publish(stream.publish_key);
    await server.untilLive("kept");
    await publisher.stop();
    await server.close();
  });

  test("SIGHUP applies what may change, and keeps the old values when the file is wrong", async () => {
    const dir = folder();
    writeFileSync(join(dir, "matinee.yaml"), "logging:\n  level: info\n");
    const server = await Server.start({ dataDir: dir });
    writeFileSync(join(dir, "matinee.yaml"), "logging:\n  level: debug\nserver:\n  workers: 1\n");
    server.process.kill("SIGHUP");
    await until("the reload is logged", () => /server\.workers.*restart/s.test(server.log));
    writeFileSync(join(dir, "matinee.yaml"), "loging:\n  level: debug\n");
    server.process.kill("SIGHUP");
    await until("the mistake is logged", () => /loging/.test(server.log));
    assert.equal((await fetch(`${server.url}/health/live`)).status, 200);
    await server.close();
  });
});

describe("secrets", () => {
  test("are made once, are private, and are masked in `config show`", async () => {
    const server = await Server.start();
    const shown = await matinee(["config", "show", "--origin", "--data-dir", server.dataDir]);
    assert.equal(shown.code, 0, shown.stderr);
    const secrets = (await run("sh", ["-c", `cat ${server.dataDir}/secrets/*`])).stdout.split(/\s+/).filter((s) => s.length >= 32);
    assert.ok(secrets.length >= 3);
    for (const secret of secrets) assert.ok(!shown.stdout.includes(secret) && !server.log.includes(secret));
    const modes = (await run("find", [server.dataDir, "-type", "f", "-perm", "/077", "-name", "*", "-path", "*/secrets/*"])).stdout;
    assert.equal(modes, "");
    await server.restart();
    const again = (await run("sh", ["-c", `cat ${server.dataDir}/secrets/*`])).stdout.split(/\s+/).filter((s) => s.length >= 32);
    assert.deepEqual(again, secrets);
    await server.close();
  });
});
