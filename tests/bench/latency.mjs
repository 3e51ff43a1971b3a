// Encoder to screen in Chromium: a clock is burnt into each picture before it is encoded, and read from the <video> when it is shown, on the
// same machine. The web client plays, as a viewer would have it, with key frames once a second.
import { resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { json: { type: "boolean" }, bin: { type: "string" }, seconds: { type: "string", default: "20" }, settle: { type: "string", default: "12" } } });
// Which program is tried is read when the module of the tests is.
if (values.bin) process.env.MATINEE_BIN = resolve(values.bin);
const { openBrowser, openPage, untilMoving } = await import("../e2e/support/browser.mjs");
const { publishClock, readClock, take } = await import("../e2e/support/burnt_clock.mjs");
const { Server, sleep } = await import("../e2e/support/matinee.mjs");
/** What we aim at, at the median. */
const WAYS = [
  { name: "flv", title: "HTTP-FLV", engine: "mpegts", path: "/flv/", scheme: "http", aim: 400 },
  { name: "flv_websocket", title: "FLV over WebSocket", engine: "websocket", path: "/flv/", scheme: "ws", aim: 400 },
  { name: "ll_hls", title: "low-latency HLS", engine: "hls", path: "/hls/", scheme: "http", aim: 1500 },
];

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const server = await Server.start();
const browser = await openBrowser();
const rows = [];
let publisher;

async function measure({ engine, path, scheme }) {
  const page = await openPage(browser);
  try {
    const used = new Set();
    page.on("request", (request) => used.add(request.url()));
    page.on("websocket", (socket) => used.add(socket.url()));
    await page.goto(`${server.url}/watch/clock?engine=${engine}`);
    await untilMoving(page, 1, 30000);
    // Before anything is measured: that it is this way which is measured.
    const media = [...used].filter((url) => /\/(flv|hls)\//.test(url));
    if (!media.some((url) => url.startsWith(`${scheme}:`) && url.includes(path))) throw new Error(`the page played by ${media[0]}`);
    await readClock(page);
    await sleep(Number(values.settle) * 1000);
    await take(page);
    await sleep(Number(values.seconds) * 1000);
    const { ages, unreadable, presented } = await take(page);
    if (ages.length < Number(values.seconds)) throw new Error(`${ages.length} of ${presented} pictures could be read`);
    ages.sort((a, b) => a - b);
    return { pictures: ages.length, unreadable, min: ages[0], p50: at(ages, 0.5), p95: at(ages, 0.95), max: ages.at(-1) };
  } finally {
    await page.context().close();
  }
}

try {
  const stream = await server.createStream("clock");
  publisher = publishClock(`rtmp://127.0.0.1:${server.rtmpPort}/live/${stream.publish_key}`);
  await server.untilLive("clock");
  for (const way of WAYS) rows.push({ ...way, ...(await measure(way).catch((error) => ({ failed: error.message.split("\n")[0] }))) });
} finally {
  await browser.close();
  await publisher?.stop();
  await server.close();
}

if (values.json) console.log(JSON.stringify({ benchmark: "latency", left_out_by_encoder: publisher.late, rows: rows.map(({ title, engine, path, scheme, ...row }) => row) }));
else {
  console.log(`${"encoder to screen, ms".padEnd(26)}${["min", "p50", "p95", "max", "aim"].map((head) => head.padStart(8)).join("")}${"pictures".padStart(10)}`);
  for (const row of rows) {
    const figures = [row.min, row.p50, row.p95, row.max, row.aim].map((value) => String(Math.round(value)).padStart(8)).join("");
    console.log(row.title.padEnd(26) + (row.failed ? `  ${row.failed}` : `${figures}${String(row.pictures).padStart(10)}`));
  }
}
process.exit(rows.some((row) => row.failed) ? 1 : 0);
