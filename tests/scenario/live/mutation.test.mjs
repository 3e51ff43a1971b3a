// Live sessions in which every kind of byte and message is damaged: the server stays up, and a stream beside them loses no frame.
// MATINEE_SEED=n begins with that seed; MATINEE_LONG=1 tries twenty times as many.
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, describe, test } from "node:test";
import { FlvViewer } from "../../e2e/support/flv_viewer.mjs";
import { Server, sleep } from "../../e2e/support/matinee.mjs";
import { metrics, resident, total } from "../../e2e/support/metrics.mjs";
import { MutatingProxy, tamper } from "../../e2e/support/mutating_proxy.mjs";
import { playWithFfmpeg } from "../../e2e/support/players.mjs";
import { publish } from "../../e2e/support/publishers.mjs";
import { Random } from "../../e2e/support/random.mjs";
import { source } from "../../e2e/support/sources.mjs";

const TIMES = process.env.MATINEE_LONG === "1" ? 20 : 1;
const SEED = Number(process.env.MATINEE_SEED ?? 1);
const LENGTH = 120 + 300 * (TIMES - 1);
const KINDS = ["h264", "bframes", "audio", "video", "resolution"];

describe("a server under damaged sessions", { timeout: (LENGTH + 60) * 1000 }, () => {
  let server, steady, witness, before_;
  before(async () => {
    server = await Server.start({ args: ["--set", "server.max_connections_per_address=4000", "--set", "api.rate_limit_per_minute=1000000"] });
    const stream = await server.createStream("steady");
    await Promise.all([source("h264", LENGTH), ...KINDS.map((kind) => source(kind, 20, { part: 2 }))]);
    steady = await publish(`rtmp://127.0.0.1:${server.rtmpPort}/live/${stream.publish_key}`, "h264", { seconds: LENGTH });
    await server.untilLive("steady");
    witness = new FlvViewer(`${server.url}/flv/steady.flv`);
    before_ = resident(server.process.pid);
  });
  after(async () => {
    witness?.close();
    await steady?.stop();
    await server?.close();
  });

  /** Nothing happened to anybody else. */
  async function unharmed(seeds) {
    const told = `seeds ${seeds}\n${server.log.slice(-3000)}`;
    assert.equal(server.process.exitCode, null, `the server ended: ${told}`);
    assert.equal(server.process.signalCode, null, `the server was ended by a signal: ${told}`);
    assert.equal((await fetch(`${server.url}/health/live`)).status, 200);
    assert.equal(witness.ended, null, "the witness was disconnected");
    assert.deepEqual(witness.faults, []);
    assert.deepEqual(witness.gaps("video", 1000 / 30), [], "frames that the witness did not get, by time in ms");
    assert.deepEqual(witness.gaps("audio", 1024 / 48), []);
    const count = witness.tags.video.length;
    await sleep(1000);
    assert.ok(witness.tags.video.length >= count + 20, `the witness got ${witness.tags.video.length - count} frames in a second`);
  }

  /** One damaged session of a publisher, with a viewer on its stream. */
  async function damagedPublisher(seed, unit, every, whole) {
    const name = `victim-${unit}-${seed}`;
    const stream = await server.createStream(name);
    const proxy = await MutatingProxy.start({ to: server.rtmpPort, seed, unit, every, whole });
    const publisher = await publish(`rtmp://127.0.0.1:${proxy.port}/live/${stream.publish_key}`, KINDS[seed % KINDS.length], { seconds: 20, part: 2 });
    let viewer;
    const deadline = Date.now() + 4000;
    while (Date.now() < deadline && !publisher.over) {
      await sleep(250);
      const { body } = await server.rest("GET", `/api/v1/streams/${name}`);
      if (body?.status === "live" && !viewer) {
        viewer = new FlvViewer(`${server.url}/flv/${name}.flv`);
        void fetch(`${server.url}/hls/${name}.m3u8`).then((answer) => answer.text()).catch(() => {});
      }
    }
    await publisher.stop();
    viewer?.close();
    await proxy.close();
    // Whatever the payload is by now, what the server says around it is right.
    assert.deepEqual((viewer?.faults ?? []).filter((fault) => !fault.startsWith("status")), [], `seed ${seed}: the server passed on a broken container`);
    await server.rest("DELETE", `/api/v1/streams/${name}`);
    return { seen: viewer?.tags.video.length ?? 0, done: proxy.done };
  }

  async function manyAtOnce(jobs, width = 4) {
    const results = [];
    let next = 0;
    await Promise.all(Array.from({ length: width }, async () => {
      while (next < jobs.length) {
        const index = next++;
        results.push(await jobs[index]().catch((error) => {
          const { exitCode, signalCode } = server.process;
          if (exitCode === null && signalCode === null) throw error;
          throw new Error(`the server ended (${exitCode ?? signalCode}) at job ${index} or one beside it, from seed ${SEED} on\n${server.log.slice(-3000)}`);
        }));
      }
    }));
    return results;
  }

  const seeds = (count) => Array.from({ length: count * TIMES }, (_, i) => SEED + i);

  test("publishers whose messages are flipped, cut, repeated, lost and delayed", async (t) => {
    const all = seeds(24);
    // From the connect command on, and from the first frames on.
    const results = await manyAtOnce(all.map((seed) => () => damagedPublisher(seed, "messages", 4 + (seed % 3) * 8, seed % 2 ? 1 : 12)));
    const damage = results.reduce((sum, { done }) => sum + Object.values(done).reduce((a, b) => a + b, 0), 0);
    t.diagnostic(`${results.length} sessions, ${damage} damaged messages, ${results.filter(({ seen }) => seen > 0).length} sessions were seen by their viewer`);
    assert.ok(damage >= all.length, `only ${damage} messages were damaged: this tried nothing`);
    assert.ok(results.some(({ seen }) => seen > 0), "no damaged stream ever reached a viewer: this tried little");
    await unharmed(all);
  });

  test("publishers whose bytes are flipped, cut, repeated, lost and delayed", async (t) => {
    const all = seeds(8);
    const results = await manyAtOnce(all.map((seed) => () => damagedPublisher(seed, "bytes", 3 + (seed % 3) * 10, seed % 4 === 0 ? 0 : 6)));
    const damage = results.reduce((sum, { done }) => sum + Object.values(done).reduce((a, b) => a + b, 0), 0);
    t.diagnostic(`${results.length} sessions, ${damage} damaged pieces`);
    assert.ok(damage >= all.length / 2);
    await unharmed(all);
  });

  test("viewers whose requests are damaged", async () => {
    const paths = [
      "/flv/steady.flv", "/flv/steady", "/hls/steady.m3u8", "/hls/steady/main.m3u8?_HLS_msn=9&_HLS_part=1&_HLS_skip=YES", "/hls/steady/ts.m3u8",
      "/hls/steady/audio.m3u8?token=a.b.c", "/api/v1/playback/steady",
    ];
    const requests = paths.flatMap((path) => [
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=0-100\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n`,
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n` +
        "\x81\x85abcd\x00\x01\x02\x03\x04",
    ]);
    const random = new Random(SEED);
    const once = async () => {
      let bytes = Buffer.from(random.pick(requests), "latin1");
      for (let i = 1 + random.below(4); i > 0; i--) ({ bytes } = tamper(random, bytes));
      if (!bytes.length) return;
      await new Promise((done) => {
        const socket = net.connect(server.port, "127.0.0.1", () => socket.write(bytes));
        const timer = setTimeout(() => socket.destroy(), 150);
        socket.on("data", () => {});
        socket.on("error", () => {});
        socket.on("close", () => {
          clearTimeout(timer);
          done();
        });
      });
    };
    await manyAtOnce(Array.from({ length: 400 * TIMES }, () => once), 16);
    await unharmed([SEED]);
  });

  test("RTMP players whose commands are damaged", async () => {
    const all = seeds(8);
    await manyAtOnce(all.map((seed) => async () => {
      const proxy = await MutatingProxy.start({ to: server.rtmpPort, seed, unit: seed % 2 ? "messages" : "bytes", every: 2, whole: seed % 3 });
      const play = playWithFfmpeg(`rtmp://127.0.0.1:${proxy.port}/live/steady`);
      await Promise.race([sleep(2500), play.program.ended]);
      await play.stop();
      await proxy.close();
    }));
    await unharmed(all);
  });

  test("everybody is counted out again, under a reason, and memory is what it was", async () => {
    const samples = await metrics(server);
    assert.equal(samples.get("matinee_rtmp_publishers"), 1, "publishers beside the steady one are gone");
    assert.equal(samples.get("matinee_rtmp_players") ?? 0, 0);
    assert.ok(total(samples, "matinee_rtmp_closed_total") >= 20 * TIMES, `${total(samples, "matinee_rtmp_closed_total")} sessions are counted as closed`);
    assert.equal(samples.get('matinee_rtmp_closed_total{reason="other"}') ?? 0, 0, "sessions that ended for a reason that nobody thought of");
    const grown = (resident(server.process.pid) - before_) / 1024;
    assert.ok(grown < 160, `grown by ${grown.toFixed(0)} MiB`);
  });
});
