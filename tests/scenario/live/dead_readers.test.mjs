// Viewers that connect and read nothing: each costs the server little, and the viewer beside them sees no gap. MATINEE_LONG=1: a thousand.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { start } from "../../e2e/support/children.mjs";
import { FlvViewer } from "../../e2e/support/flv_viewer.mjs";
import { Server, sleep, until } from "../../e2e/support/matinee.mjs";
import { metrics, resident, total } from "../../e2e/support/metrics.mjs";
import { publish } from "../../e2e/support/publishers.mjs";
import { source } from "../../e2e/support/sources.mjs";

const LONG = process.env.MATINEE_LONG === "1";
const WAYS = ["flv", "websocket", "rtmp"];
const EACH = LONG ? 334 : 17;
const ALL = EACH * WAYS.length;
// Longer than the server waits for a viewer that takes nothing (30 s).
const HOLD_SECONDS = LONG ? 60 : 34;
const LENGTH = HOLD_SECONDS * 2 + 90;
/** What the promise allows: 8 MiB for a viewer until it is moved on. */
const ALLOWED_MIB = 8;
/** The newest pictures of the stream are kept once a worker (livestream.ring_megabytes), however many read them or do not. */
const RING_MIB = 16;
const WORKERS = 2;
/** So much do we expect of a viewer that is dead: its connection, and no copies. */
const EXPECTED_MIB = 0.5;

const script = join(dirname(fileURLToPath(import.meta.url)), "dead_readers.py");
/** Kernel memory of all TCP sockets of this machine, in MiB. */
const kernelMib = () => (Number(/^TCP:.* mem (\d+)/m.exec(readFileSync("/proc/net/sockstat", "utf8"))?.[1] ?? 0) * 4) / 1024;

describe("viewers that read nothing", { timeout: (LENGTH + 60) * 1000 }, () => {
  let server, publisher, witness;
  before(async () => {
    server = await Server.start({
      args: [
        "--set", "server.max_connections_per_address=4000", "--set", `server.workers=${WORKERS}`, "--set", `livestream.ring_megabytes=${RING_MIB}`,
        "--set", "livestream.max_viewer_lag_seconds=4",
      ],
    });
    const stream = await server.createStream("show");
    // 12 Mbit/s: in a few seconds more than the kernel holds for a socket.
    await source("heavy", LENGTH);
    publisher = await publish(`rtmp://127.0.0.1:${server.rtmpPort}/live/${stream.publish_key}`, "heavy", { seconds: LENGTH });
    await server.untilLive("show");
    witness = new FlvViewer(`${server.url}/flv/show.flv`);
    await until("the witness has seen the ring filled", () => witness.tags.video.length > 300, { timeout: 30000 });
  });
  after(async () => {
    witness?.close();
    await publisher?.stop();
    await server?.close();
  });

  test(`${ALL} of them: memory stays, jumps are counted, the viewer beside them gets every frame`, async (t) => {
    const pid = server.process.pid;
    const counted = await metrics(server);
    const before_ = { resident: resident(pid), kernel: kernelMib(), jumps: total(counted, "matinee_live_viewer_jumps") };
    const crowds = WAYS.map((kind) => {
      const crowd = start("python3", [script, kind, String(kind === "rtmp" ? server.rtmpPort : server.port), "show", String(EACH)], {
        stdin: "pipe", onLine: (line) => (crowd.ready ||= line === `ready ${EACH}`),
      });
      t.after(() => crowd.stop());
      return crowd;
    });
    await until("all are connected", () => {
      for (const crowd of crowds) assert.ok(!crowd.over, `a crowd ended: ${crowd.log}`);
      return crowds.every((crowd) => crowd.ready);
    }, { timeout: 60000 });
    await until("the server counts them", async () => {
      const { viewers } = (await server.rest("GET", "/api/v1/streams/show")).body.live;
      return viewers >= ALL;
    }, { timeout: 20000 });

    let peak = 0;
    let kernelPeak = 0;
    for (let i = 0; i < HOLD_SECONDS * 4; i++) {
      await sleep(250);
      peak = Math.max(peak, resident(pid));
      kernelPeak = Math.max(kernelPeak, kernelMib());
    }
    const grown = (peak - before_.resident) / 1024;
    const each = grown / (ALL);
    t.diagnostic(`${ALL} dead viewers: ${grown.toFixed(1)} MiB more at the worst, ${(each * 1024).toFixed(0)} KiB each; kernel ${(kernelPeak - before_.kernel).toFixed(1)} MiB`);
    const withKernel = each + (kernelPeak - before_.kernel) / (ALL);
    assert.ok(withKernel <= ALLOWED_MIB, `${withKernel.toFixed(2)} MiB a dead viewer, with what the kernel holds for it`);
    assert.ok(grown <= RING_MIB * WORKERS + ALL * EXPECTED_MIB, `${grown.toFixed(0)} MiB for ${ALL} dead viewers: something is kept for each of them`);

    assert.equal(witness.ended, null);
    assert.deepEqual(witness.faults, []);
    assert.deepEqual(witness.gaps("video", 1000 / 30), [], "frames that the witness did not get, by time in ms");
    assert.deepEqual(witness.gaps("audio", 1024 / 48), []);

    // Whoever is behind is moved on and counted, or let go for being too slow: never kept in silence.
    const samples = await metrics(server);
    const jumps = total(samples, "matinee_live_viewer_jumps") - before_.jumps;
    const letGo = [...samples].filter(([name]) => /closed_total\{reason="(viewer.)?too.slow"\}/.test(name)).reduce((sum, [, value]) => sum + value, 0);
    const [players, viewers] = [samples.get("matinee_rtmp_players"), samples.get("matinee_flv_viewers")];
    const ends = [...samples].filter(([name, value]) => /_closed_total/.test(name) && value !== (counted.get(name) ?? 0));
    t.diagnostic(`ends: ${ends.map(([name, value]) => `${name} ${value - (counted.get(name) ?? 0)}`).join(", ")}`);
    t.diagnostic(`${jumps} jumps, ${letGo} let go as too slow; still there after ${HOLD_SECONDS} s: ${players} by RTMP, ${viewers - 1} by FLV and WebSocket`);
    assert.ok(jumps + letGo >= ALL, `${jumps} moved on and ${letGo} let go, of ${ALL}`);

    for (const crowd of crowds) await crowd.stop();
    await until("they are counted out again", async () => {
      const after_ = await metrics(server);
      return (after_.get("matinee_rtmp_players") ?? 0) === 0 && (after_.get("matinee_flv_viewers") ?? 0) === 1;
    }, { timeout: 30000 });
  });
});
