// Streams fetched from other servers and sent on to others: real nginx-rtmp and ffmpeg on the other side, a camera by RTSP, and sources
// that try to lead us where we must not go.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import http from "node:http";
import { describe, test } from "node:test";
import { FlvViewer } from "./support/flv_viewer.mjs";
import { Server, sleep, until } from "./support/matinee.mjs";
import { NginxRtmp, noNginxRtmp } from "./support/nginx_rtmp.mjs";
import { playWithFfmpeg } from "./support/players.mjs";
import { Random } from "./support/random.mjs";
import { publish } from "./support/publishers.mjs";
import { RtspServer } from "./support/rtsp_server.mjs";
import { source } from "./support/sources.mjs";

/** A server of a test's own, and what is asked of it. */
async function open(t) {
  const server = await Server.start({ args: ["--set", "relay.allow_addresses=127.0.0.1", "--set", "relay.idle_seconds=1"] });
  const publishers = [];
  t.after(async () => {
    for (const publisher of publishers) await publisher.stop();
    await server.close();
  });
  const pullOf = async (name) => (await server.rest("GET", `/api/v1/streams/${name}/pull`)).body;
  return {
    server,
    pullOf,
    stateOf: async (name) => (await pullOf(name))?.state,
    flv: (name) => `${server.url}/flv/${name}.flv`,

    put: async (name, address, mode = "on_demand") => {
      const answer = await server.rest("PUT", `/api/v1/streams/${name}/pull`, { address, mode });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      return answer.body;
    },

    feed: async (url, kind = "h264") => {
      const publisher = await publish(url, kind, { seconds: 120 });
      publishers.push(publisher);
      return publisher;
    },

    /** Process ids of its relay processes. */
    children: () =>
      readdirSync("/proc").filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("relay-child") && readFileSync(`/proc/${pid}/status`, "latin1").includes(`PPid:\t${server.process.pid}\n`);
        } catch {
          return false;
        }
      }),
  };
}

/** An nginx that ends with the test. */
async function openNginx(t, ...options) {
  const nginx = await NginxRtmp.start(...options);
  t.after(() => nginx.close());
  return nginx;
}

async function plays(url, wanted = ["video", "audio"], seconds = 3) {
  const play = await playWithFfmpeg(url).finish({ wanted, seconds });
  assert.equal(play.broke, null, play.broke);
  assert.deepEqual(play.complaints, []);
  for (const kind of wanted) assert.ok(play.shown(kind) >= seconds, `${kind}: ${play.shown(kind)} s of ${url}`);
  return play;
}

/** More of the stream comes than there was. */
async function goesOn(viewer, what, timeout = 20000) {
  const from = viewer.tags.video.length;
  await until(what, () => viewer.tags.video.length > from + 30, { timeout });
  assert.equal(viewer.ended, null);
  assert.deepEqual(viewer.faults, []);
}

// Most of it is waiting: each test has a server of its own, and all run side by side.
describe("relays", { concurrency: true }, () => {
  test("a pull on demand begins with the first viewer and ends after the last", { skip: noNginxRtmp }, async (t) => {
    const { server, stateOf, flv, put, feed, children } = await open(t);
    const nginx = await openNginx(t, "application live { live on; }");
    await server.createStream("demand");
    await feed(`rtmp://127.0.0.1:${nginx.port}/live/secret-name`);
    const made = await put("demand", `rtmp://127.0.0.1:${nginx.port}/live/secret-name`);
    assert.equal(made.address, `rtmp://127.0.0.1:${nginx.port}/live/***`);
    assert.equal(made.state.state, "idle");
    assert.equal(children().length, 0, "nobody watches yet");

    await plays(flv("demand"));
    assert.equal((await stateOf("demand")).state, "running");
    const [child] = children();
    assert.ok(child);
    assert.doesNotMatch(readFileSync(`/proc/${child}/cmdline`, "latin1"), /secret-name|127\.0\.0\.1/);
    const { body } = await server.rest("GET", "/api/v1/streams/demand");
    assert.equal(body.status, "live");
    assert.deepEqual(body.live.tracks.map((track) => track.kind), ["video", "audio"]);

    await until("the pull rests again", async () => (await stateOf("demand")).state === "idle", { timeout: 20000 });
    assert.equal(children().length, 0);
    assert.equal((await server.rest("GET", "/api/v1/streams/demand")).body.status, "idle");
  });

  test("the source is killed and comes back; its viewers stay", { skip: noNginxRtmp }, async (t) => {
    const { server, stateOf, flv, put, feed, children } = await open(t);
    const nginx = await openNginx(t, "application live { live on; idle_streams off; drop_idle_publisher 5s; }");
    await server.createStream("always");
    const url = `rtmp://127.0.0.1:${nginx.port}/live/always`;
    let publisher = await feed(url);
    await put("always", url, "always");
    await server.untilLive("always", 20000);
    const viewer = new FlvViewer(flv("always"));
    await goesOn(viewer, "pictures at first");
    for (let round = 0; round < 2; round++) {
      await publisher.stop();
      await until("the pull has noticed", async () => (await stateOf("always")).state !== "running", { timeout: 30000 });
      publisher = await feed(url);
      await until("the pull runs again", async () => (await stateOf("always")).state === "running", { timeout: 30000 });
      await goesOn(viewer, `pictures after break ${round + 1}`);
    }
    // The relay process itself is killed: the server takes it for what it is.
    const [child] = children();
    process.kill(Number(child), "SIGKILL");
    await until("another process", async () => children().some((pid) => pid !== child), { timeout: 20000 });
    await goesOn(viewer, "pictures after the process was killed");
    const state = await stateOf("always");
    assert.equal(state.last_error, "");
    assert.ok(state.failures >= 3, `${state.failures} failures`);
    viewer.close();
    assert.equal((await server.rest("DELETE", "/api/v1/streams/always/pull")).status, 200);
    await until("no process is left", async () => children().length === 0);
  });

  test("HTTP-FLV, HLS of MPEG-TS and of fMP4, B-frames and audio alone are pulled", async (t) => {
    const { server, flv, put, feed } = await open(t);
    for (const kind of ["bframes", "audio"]) {
      const name = `origin-${kind}`;
      const { publish_key: key } = await server.createStream(name);
      await feed(`rtmp://127.0.0.1:${server.rtmpPort}/live/${key}`, kind);
      await server.untilLive(name);
    }
    const wanted = { bframes: ["video", "audio"], audio: ["audio"] };
    const copies = [["bframes", "/flv/origin-bframes.flv"], ["audio", "/flv/origin-audio.flv"], ["bframes", "/hls/origin-bframes/ts.m3u8"], ["bframes", "/hls/origin-bframes.m3u8"]];
    await Promise.all(copies.map(async ([kind, path]) => {
      const name = `copy${path.replaceAll(/[^a-z0-9]/g, "-")}`;
      await server.createStream(name);
      await put(name, `${server.url}${path}`, "always");
      await server.untilLive(name, 30000);
      await plays(flv(name), wanted[kind]);
      assert.equal((await server.rest("DELETE", `/api/v1/streams/${name}/pull`)).status, 200);
    }));
  });

  test("a camera is pulled by RTSP over TCP", async (t) => {
    const { server, pullOf, flv, put } = await open(t);
    const camera = await RtspServer.start(await source("video", 10));
    t.after(() => camera.close());
    await server.createStream("camera");
    await put("camera", `rtsp://admin:hunter22@127.0.0.1:${camera.port}/Streaming/101`, "always");
    await server.untilLive("camera", 20000);
    await plays(flv("camera"), ["video"]);
    assert.ok(camera.requests.filter((request) => request.startsWith("SETUP")).every((request) => /RTP\/AVP\/TCP/.test(request)), "never by UDP");
    assert.equal((await pullOf("camera")).address, `rtsp://***@127.0.0.1:${camera.port}/Streaming/***`);
    assert.equal((await server.rest("DELETE", "/api/v1/streams/camera/pull")).status, 200);
  });

  test("a stream is pushed on, and again after the target was away", { skip: noNginxRtmp }, async (t) => {
    const { server, feed } = await open(t);
    let nginx = await openNginx(t, "application live { live on; }");
    const { port } = nginx;
    const { publish_key: key } = await server.createStream("outward");
    const target = await server.rest("POST", "/api/v1/streams/outward/push-targets", { address: `rtmp://127.0.0.1:${port}/live/top-secret-key` });
    assert.equal(target.status, 201, JSON.stringify(target.body));
    assert.equal(target.body.address, `rtmp://127.0.0.1:${port}/live/***`);
    const state = async () => (await server.rest("GET", "/api/v1/streams/outward/push-targets")).body.push_targets[0].state;
    assert.equal((await state()).state, "idle");

    const publisher = await feed(`rtmp://127.0.0.1:${server.rtmpPort}/live/${key}`);
    await until("it is pushed", async () => (await state()).state === "running");
    await plays(`rtmp://127.0.0.1:${port}/live/top-secret-key`);
    await nginx.close();
    const waiting = await until("it waits", async () => ((await state()).state === "waiting" ? state() : null), { timeout: 20000 });
    assert.ok(waiting.last_error.length > 10);
    assert.ok(new Date(waiting.next_try_at) > new Date(waiting.since));
    nginx = await openNginx(t, "application live { live on; }", { port });
    await until("it is pushed again", async () => (await state()).state === "running", { timeout: 30000 });
    await plays(`rtmp://127.0.0.1:${port}/live/top-secret-key`);
    assert.ok((await state()).bytes > 0);
    await publisher.stop();
    await until("it rests when the stream is over", async () => (await state()).state === "idle", { timeout: 40000 });
    assert.doesNotMatch(server.log, /top-secret-key/);
  });

  test("no source leads to inner addresses, files or UDP", async (t) => {
    const { server, stateOf, put } = await open(t);
    const inside = http.createServer((request, response) => {
      inside.hits.push(request.url);
      response.end("secret");
    });
    inside.hits = [];
    await new Promise((done) => inside.listen(0, "127.0.0.3", done));
    const inner = `http://127.0.0.3:${inside.address().port}/secret.ts`;
    const list = (uri) => `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:1\n#EXTINF:2,\n${uri}\n#EXTINF:2,\n${uri}\n#EXTINF:2,\n${uri}\n`;
    const outside = http.createServer((request, response) => {
      if (request.url === "/redirect.flv") return response.writeHead(302, { location: inner }).end();
      const nested = { "/inner.m3u8": inner, "/file.m3u8": "file:///etc/passwd", "/udp.m3u8": "udp://127.0.0.1:9", "/concat.m3u8": "concat:/etc/passwd|/etc/hosts" }[request.url];
      if (nested) return response.writeHead(200, { "content-type": "application/vnd.apple.mpegurl" }).end(list(nested));
      response.writeHead(404).end();
    });
    await new Promise((done) => outside.listen(0, "127.0.0.1", done));
    for (const one of [inside, outside]) t.after(() => one.close());
    const base = `http://127.0.0.1:${outside.address().port}`;
    const cases = {
      direct: [inner, /127\.0\.0\.3, a loopback address/],
      redirect: [`${base}/redirect.flv`, /127\.0\.0\.3, a loopback address/],
      mapped: [`http://[::ffff:127.0.0.3]:${inside.address().port}/x.flv`, /127\.0\.0\.3, a loopback address/],
      name: [`http://localhost:${outside.address().port}/missing.flv`, /404|127\.0\.0\.1|::1/],
      inner: [`${base}/inner.m3u8`, /./],
      file: [`${base}/file.m3u8`, /./],
      udp: [`${base}/udp.m3u8`, /./],
      concat: [`${base}/concat.m3u8`, /./],
      metadata: ["http://169.254.169.254/latest/meta-data/x.flv", /169\.254\.169\.254, a link-local address/],
    };
    for (const [name, [address, expected]] of Object.entries(cases)) {
      await t.test(name, async () => {
        await server.createStream(`bad-${name}`);
        await put(`bad-${name}`, address, "always");
        const state = await until(`${name} has failed`, async () => ((await stateOf(`bad-${name}`))?.failures > 0 ? stateOf(`bad-${name}`) : null), { timeout: 40000 });
        assert.match(state.last_error || "nothing", expected);
        assert.equal((await server.rest("GET", `/api/v1/streams/bad-${name}`)).body.status, "idle");
        await server.rest("DELETE", `/api/v1/streams/bad-${name}/pull`);
      });
    }
    assert.deepEqual(inside.hits, [], "nobody came in");
  });

  test("a damaged source harms nobody else", async (t) => {
    const { server, flv, put, feed, children } = await open(t);
    const random = new Random(7);
    const whole = readFileSync(await source("bframes", 10));
    const damaging = http.createServer((request, response) => {
      response.writeHead(200, { "content-type": "video/x-flv" });
      for (let piece = 0; piece < 20; piece++) {
        const bytes = Buffer.from(whole);
        for (let i = 0; i < 200; i++) bytes[13 + random.below(bytes.length - 13)] = random.below(256);
        response.write(bytes.subarray(piece === 0 ? 0 : 13));
      }
      response.end();
    });
    await new Promise((done) => damaging.listen(0, "127.0.0.1", done));
    t.after(() => damaging.close());
    const { publish_key: key } = await server.createStream("witness");
    await feed(`rtmp://127.0.0.1:${server.rtmpPort}/live/${key}`);
    await server.untilLive("witness");
    const viewer = new FlvViewer(flv("witness"));
    await until("the witness sees", () => viewer.tags.video.length > 30);
    await server.createStream("damaged");
    await put("damaged", `http://127.0.0.1:${damaging.address().port}/a.flv`, "always");
    await sleep(10000);
    const from = viewer.tags.video;
    const steps = from.slice(1).map((time, i) => time - from[i]);
    assert.ok(Math.max(...steps) <= 67, `the witness missed frames: ${Math.max(...steps)} ms`);
    assert.deepEqual(viewer.faults, []);
    assert.equal((await fetch(`${server.url}/health/ready`)).status, 200);
    await server.rest("DELETE", "/api/v1/streams/damaged/pull");
    await until("no process is left", async () => children().length === 0);
    viewer.close();
  });

  test("relays are there again after a restart, and nothing of them is left after the stop", async (t) => {
    const { server, pullOf, stateOf, put } = await open(t);
    await server.createStream("kept");
    await put("kept", `http://127.0.0.1:9/nothing.flv`, "always");
    await server.restart();
    assert.equal((await pullOf("kept")).mode, "always");
    await until("it tries", async () => (await stateOf("kept")).failures > 0);
    await server.rest("DELETE", "/api/v1/streams/kept");
    assert.equal((await server.rest("GET", "/api/v1/streams/kept/pull")).status, 404);
    const began = Date.now();
    const { code } = await server.stop();
    assert.equal(code, 0);
    assert.ok(Date.now() - began < 15000);
    const left = execFileSync("ps", ["-eo", "ppid,args"], { encoding: "utf8" }).split("\n").filter((line) => line.includes("relay-child") && line.trim().startsWith(String(server.process.pid)));
    assert.deepEqual(left, []);
    await server.launch();
  });
});
