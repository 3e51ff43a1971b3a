// Viewers of all protocols come and go, one publisher breaks and returns, another never does: for as long as one likes. Prints memory over
// time and every counter of an error that moved; ends with 1 where memory grew or something was counted that is no error.
import { resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, bin: { type: "string" }, minutes: { type: "string", default: "60" }, viewers: { type: "string", default: "16" }, seed: { type: "string", default: "1" } },
});
if (values.bin) process.env.MATINEE_BIN = resolve(values.bin);
const { start } = await import("../e2e/support/children.mjs");
const { FlvViewer } = await import("../e2e/support/flv_viewer.mjs");
const { HlsReader } = await import("../e2e/support/hls_reader.mjs");
const { Server, sleep } = await import("../e2e/support/matinee.mjs");
const { metrics, resident } = await import("../e2e/support/metrics.mjs");
const { publish } = await import("../e2e/support/publishers.mjs");
const { Random } = await import("../e2e/support/random.mjs");

const minutes = Number(values.minutes);
const random = new Random(Number(values.seed));
const SOURCE_SECONDS = Math.ceil(minutes * 60) + 120;
/** Growth that is no leak: buffers and the allocator's own play. */
const ALLOWED_SHARE = 0.05;
const ALLOWED_MIB = 8;

const server = await Server.start({ args: ["--set", "server.max_connections_per_address=4000", "--set", "api.rate_limit_per_minute=1000000",
  // The ring of the newest pictures is full after a minute, not after a quarter of an hour.
  "--set", "livestream.ring_megabytes=4"] });
const report = { visits: {}, faults: [], breaks: 0, samples: [] };
const begin = Date.now();
const elapsed = () => (Date.now() - begin) / 1000;
const over = () => elapsed() > minutes * 60;
const patiently = async (seconds) => {
  for (const until = Date.now() + seconds * 1000; Date.now() < until && !over(); ) await sleep(100);
};
const say = (text) => values.json || console.log(text);

const keys = {};
for (const name of ["steady", "broken"]) keys[name] = (await server.createStream(name)).publish_key;
const target = (name) => `rtmp://127.0.0.1:${server.rtmpPort}/live/${keys[name]}`;
const steady = await publish(target("steady"), "h264", { seconds: SOURCE_SECONDS });
let broken = await publish(target("broken"), "bframes", { seconds: SOURCE_SECONDS });
await Promise.all([server.untilLive("steady"), server.untilLive("broken")]);

async function breakAndReturn() {
  while (!over()) {
    await patiently(20 + random.below(40));
    if (over()) return;
    await broken.stop();
    report.breaks++;
    // Within the time in which its viewers wait for it.
    await patiently(0.2 + random.below(80) / 10);
    broken = await publish(target("broken"), "bframes", { seconds: SOURCE_SECONDS });
  }
}

/** Each comes to a stream, checks what it gets, and leaves: { faults, close() }. */
const WAYS = {
  flv: (name) => new FlvViewer(`${server.url}/flv/${name}.flv`),
  websocket: (name) => new FlvViewer(`${server.url}/flv/${name}`, { websocket: true }),
  hls: (name) => new HlsReader(`${server.url}/hls/${name}.m3u8`),
  hls_ts: (name) => new HlsReader(`${server.url}/hls/${name}/ts.m3u8`),
  rtmp: (name) => {
    const faults = [];
    let leaving = false;
    const viewer = start("ffmpeg", ["-hide_banner", "-nostdin", "-loglevel", "error", "-i", `rtmp://127.0.0.1:${server.rtmpPort}/live/${name}`, "-c", "copy", "-f", "null", "-"], {
      onLine: (line, from) => from === "stderr" && !leaving && faults.push(line),
    });
    viewer.ended.then(({ code }) => leaving || faults.push(`ffmpeg ended with ${code}`));
    return { faults, close: () => ((leaving = true), viewer.stop()) };
  },
};

async function visits() {
  while (!over()) {
    const way = random.pick(Object.keys(WAYS));
    const name = random.pick(["steady", "broken"]);
    const viewer = WAYS[way](name);
    await patiently(2 + random.below(30));
    report.visits[way] = (report.visits[way] ?? 0) + 1;
    // Who comes in the moment of a break may find a stream of which nothing is there yet.
    for (const fault of viewer.faults) if (report.faults.length < 50) report.faults.push(`${elapsed().toFixed(0)} s, ${way} of ${name}: ${fault}`);
    if (viewer.ended === "closed") report.faults.push(`${elapsed().toFixed(0)} s, ${way} of ${name}: was disconnected`);
    await viewer.close();
  }
}

const before = await metrics(server);
async function sample() {
  const every = Math.max(2, (minutes * 60) / 60);
  while (!over()) {
    const all = await metrics(server);
    const viewers = [...all].filter(([name]) => name.startsWith("matinee_live_viewers")).reduce((sum, [, value]) => sum + value, 0);
    const row = { second: Math.round(elapsed()), resident_mib: resident(server.process.pid) / 1024, viewers };
    report.samples.push(row);
    say(`${String(row.second).padStart(6)} s   ${row.resident_mib.toFixed(1).padStart(7)} MiB   ${String(viewers).padStart(4)} viewers   ${String(report.breaks).padStart(4)} breaks`);
    await patiently(every);
  }
}

say(`soak: ${minutes} minutes, ${values.viewers} viewers at a time, seed ${values.seed}`);
await Promise.all([sample(), breakAndReturn(), ...Array.from({ length: Number(values.viewers) }, visits)]);
const after = await metrics(server);
const alive = server.process.exitCode === null && server.process.signalCode === null;
await Promise.all([steady.stop(), broken.stop()]);
await server.close();

// Every counter that says that something went wrong. Leaving, in a scenario of people who leave, is not one, nor is a connection reset by
// a program that was killed.
const GOOD_REASONS = "viewer.left|left|stream.ended|publisher.left|publisher.finished|peer.closed|closed|done|reset|cancelled";
const WRONG_NAME = /error|fail|refused|rejected|forged|left_out|repair|dropped|discard|too.slow|overflow|jump|evict/;
const WRONG_REASON = new RegExp(`reason="(?!(${GOOD_REASONS})")`);
const WRONG_STATUS = /(status|code)="?[45]\d\d/;
const isWrong = (name) => /_total(\{|$)/.test(name) && [WRONG_NAME, WRONG_REASON, WRONG_STATUS].some((wrong) => wrong.test(name));
const moved = [...after].filter(([name, value]) => isWrong(name) && value !== (before.get(name) ?? 0)).map(([name, value]) => ({ name, by: value - (before.get(name) ?? 0) }));
const isMeant = ({ name, by }) => /publisher_lost/.test(name) && by <= report.breaks;
const unexpected = moved.filter((one) => !isMeant(one));

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
const mib = report.samples.map((row) => row.resident_mib);
const quarter = Math.max(1, Math.floor(mib.length / 4));
const [early, late] = [median(mib.slice(quarter, quarter * 2)), median(mib.slice(-quarter))];
const grown = late - early;
// The first minutes fill buffers: a short run tells nothing about memory.
const judged = minutes >= 5;
const flat = !judged || grown <= Math.max(ALLOWED_MIB, early * ALLOWED_SHARE);
const passed = alive && flat && unexpected.length === 0 && report.faults.length === 0;

if (values.json) console.log(JSON.stringify({ benchmark: "soak", minutes, passed, flat, early_mib: early, late_mib: late, moved, ...report }));
else {
  console.log(`\nvisits: ${Object.entries(report.visits).map(([way, count]) => `${way} ${count}`).join(", ")}; ${report.breaks} breaks of the publisher`);
  console.log(`memory: median ${early.toFixed(1)} MiB in the second quarter, ${late.toFixed(1)} MiB in the last: ${!judged ? "too short to judge" : flat ? "flat" : "GROWING"} (${grown >= 0 ? "+" : ""}${grown.toFixed(1)} MiB)`);
  for (const one of moved) console.log(`counted: ${one.name} +${one.by}${isMeant(one) ? " (meant)" : " UNEXPECTED"}`);
  for (const fault of report.faults) console.log(`fault: ${fault}`);
  console.log(passed ? "passed" : `FAILED${alive ? "" : ": the server ended"}`);
}
process.exit(passed ? 0 : 1);
