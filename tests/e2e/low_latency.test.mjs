// Low-latency HLS as players meet it: our checker of playlists and hls.js in Chromium follow one live stream whose publisher is killed and
// comes back, and whose server is restarted. Seconds here; MATINEE_HLS_SECONDS=600 makes it the long run.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "./support/browser.mjs";
import { root, Server, sleep, until } from "./support/matinee.mjs";
import { PlaylistChecker } from "./support/playlist_checker.mjs";

const SECONDS = Number(process.env.MATINEE_HLS_SECONDS ?? 24);
const RESTART = process.env.MATINEE_HLS_RESTART !== "0";
const BREAKS = SECONDS >= 120 ? 2 : 1;

/** Follows a low-latency playlist as Apple's player does: blocking reloads, delta updates, every segment fetched and measured. */
class Follower {
  fetched = 0;
  partsFetched = 0;
  compared = 0;
  waits = [];
  answers = {};

  constructor(server, url, name) {
    this.server = server;
    this.url = url;
    this.checker = new PlaylistChecker(name);
    this.over = false;
    this.ended = this.#run();
  }

  async #get(url, binary = false) {
    const began = Date.now();
    const answer = await fetch(url, { headers: { "user-agent": this.checker.name } }).catch(() => null);
    this.answers[answer?.status ?? "none"] = (this.answers[answer?.status ?? "none"] ?? 0) + 1;
    if (answer?.status !== 200) {
      await answer?.arrayBuffer();
      return null;
    }
    const body = binary ? Buffer.from(await answer.arrayBuffer()) : await answer.text();
    this.waits.push(Date.now() - began);
    return body;
  }

  async #run() {
    let measured; // times of the segment before
    let last = -1;
    let learnt = 0; // when the list was last heard of
    const inits = new Map();
    while (!this.over) {
      const list = this.checker.list;
      let query = "";
      if (list?.partTarget) {
        const next = list.mediaSequence + list.segments.length;
        query = `?_HLS_msn=${next}&_HLS_part=${list.openParts.length}`;
        // A delta update is of use only to who knows a list that is younger than half the skip boundary (8216bis, 6.3.7).
        const young = Date.now() - learnt < (Number(list.control?.["CAN-SKIP-UNTIL"] ?? 0) * 1000) / 2;
        if (young && Math.random() < 0.5) query += "&_HLS_skip=YES";
      }
      const text = await this.#get(this.url + query);
      if (text === null) {
        await sleep(250);
        continue;
      }
      learnt = Date.now();
      const now = this.checker.update(text);
      if (!now.partTarget) await sleep(300);
      for (const segment of now.segments.filter((s) => s.number > last)) {
        if (segment.gap || (last < 0 && segment !== now.segments.at(-1))) continue;
        const address = (uri) => new URL(uri, this.url).href;
        if (!inits.has(segment.map)) inits.set(segment.map, await this.#get(address(segment.map), true));
        const bytes = await this.#get(address(segment.uri), true);
        const init = inits.get(segment.map);
        if (bytes && init) {
          measured = this.checker.checkMedia(segment, init, bytes, segment.number === last + 1 ? measured : undefined);
          this.fetched++;
          if (segment.parts.length && this.fetched % 3 === 0) await this.#compareParts(segment, bytes, address);
        } else if (!this.server.restarting) {
          this.checker.problems.push(`segment ${segment.number} is listed, and cannot be fetched`);
        }
        last = segment.number;
      }
    }
  }

  async #compareParts(segment, bytes, address) {
    const parts = [];
    for (const part of segment.parts) parts.push(await this.#get(address(part.uri), true));
    this.partsFetched += parts.length;
    if (parts.every(Boolean) && !Buffer.concat(parts).equals(bytes)) this.checker.problems.push(`the parts of segment ${segment.number} are not its bytes`);
  }

  async stop() {
    this.over = true;
    await this.ended;
  }
}

/** hls.js from the web client's own packages, on a page of the server: what it plays and what it complains of. */
async function playWithHlsJs(browser, url) {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(new URL("/health/live", url).href);
  await page.setContent("<video muted autoplay playsinline></video>");
  await page.addScriptTag({ content: readFileSync(join(root, "resources/web-client/node_modules/hls.js/dist/hls.min.js"), "utf8") });
  await page.evaluate((address) => {
    const video = document.querySelector("video");
    const seen = (window.seen = { fatal: [], errors: [], fragments: 0, parts: 0, latency: [] });
    const hls = (window.hls = new window.Hls({ lowLatencyMode: true, liveDurationInfinity: true }));
    hls.on("hlsError", (_, data) => (data.fatal ? seen.fatal : seen.errors).push(`${data.details} ${data.reason ?? ""}`));
    hls.on("hlsFragLoaded", (_, data) => (data.part ? seen.parts++ : seen.fragments++));
    hls.loadSource(address);
    hls.attachMedia(video);
    setInterval(() => Number.isFinite(hls.latency) && seen.latency.push(hls.latency), 500);
  }, url);
  return {
    state: () =>
      page.evaluate(() => {
        const video = document.querySelector("video");
        return { ...window.seen, time: video.currentTime, width: video.videoWidth, errors: window.seen.errors.slice(0, 20) };
      }),
    close: () => context.close(),
  };
}

describe("low-latency HLS over a publisher that breaks off and returns", () => {
  let server, stream, publisher, browser;
  const publish = () => server.publish(stream.publish_key, { gop: 30, size: "320x180" });
  before(async () => {
    server = await Server.start({ env: { MATINEE_LIVESTREAM_HLS_SEGMENT_SECONDS: "1", MATINEE_LIVESTREAM_HLS_PART_MILLISECONDS: "200", MATINEE_LIVESTREAM_DVR_WINDOW_SECONDS: "60" } });
    stream = await server.createStream("show");
    publisher = publish();
    await server.untilLive("show");
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await publisher?.stop();
    await server?.close();
  });

  test("the checker finds nothing, and hls.js plays on", async (t) => {
    const main = new Follower(server, `${server.url}/hls/show/main.m3u8`, "main");
    const audio = new Follower(server, `${server.url}/hls/show/audio.m3u8`, "audio");
    const player = await playWithHlsJs(browser, `${server.url}/hls/show.m3u8`);
    const piece = (SECONDS * 1000) / (BREAKS + 1 + (RESTART ? 1 : 0));
    await sleep(piece);
    for (let i = 0; i < BREAKS; i++) {
      await publisher.stop();
      await sleep(6000); // longer than hls.js would try again without an answer
      publisher = publish();
      await sleep(piece);
    }
    if (RESTART) {
      server.restarting = true;
      await server.restart();
      await publisher.stop();
      publisher = publish();
      await server.untilLive("show");
      await sleep(5000);
      server.restarting = false;
      await sleep(piece);
    }
    const before = await player.state();
    await sleep(2000);
    const state = await player.state();
    await main.stop();
    await audio.stop();
    const latency = state.latency.slice(6).sort((a, b) => a - b);
    t.diagnostic(`main: ${main.checker.updates} playlists, ${main.fetched} segments, ${main.partsFetched} parts; audio: ${audio.fetched} segments; answers ${JSON.stringify(main.answers)}`);
    t.diagnostic(`hls.js: ${state.parts} parts, ${state.fragments} segments, latency ${latency[latency.length >> 1]?.toFixed(2)} s in the middle; ${JSON.stringify(state.errors)}`);
    assert.deepEqual(main.checker.problems, []);
    assert.deepEqual(audio.checker.problems, []);
    assert.ok(main.fetched > SECONDS * 0.5, `${main.fetched} segments of ${SECONDS} s`);
    assert.ok(audio.fetched > SECONDS * 0.3, `${audio.fetched} audio segments`);
    assert.ok(main.partsFetched > 0);
    const discontinuities = main.checker.list.discontinuitySequence + main.checker.list.segments.filter((s) => s.discontinuity).length;
    assert.ok(main.checker.list.segments.some((s) => s.discontinuity) || discontinuities > 0);
    assert.deepEqual(state.fatal, []);
    assert.ok(state.parts > 10, `hls.js loaded ${state.parts} parts`);
    assert.ok(state.time > before.time + 1, `hls.js stands at ${state.time}`);
    await player.close();
  });

  test("a delta update is the whole list without its old part", async () => {
    const url = `${server.url}/hls/show/main.m3u8`;
    const checker = new PlaylistChecker("delta");
    await until("delta update and whole list of one moment", async () => {
      const [delta, whole] = await Promise.all([fetch(`${url}?_HLS_skip=YES`).then((a) => a.text()), fetch(url).then((a) => a.text())]);
      return delta.includes("#EXT-X-SKIP") && checker.compare(delta, whole);
    }, { timeout: 20000 });
    assert.deepEqual(checker.problems, []);
  });

  test("a player that asks too far ahead is told so, and one of a stream that nobody sends is not kept waiting", async () => {
    const far = await fetch(`${server.url}/hls/show/main.m3u8?_HLS_msn=99999999999`);
    assert.equal(far.status, 400);
    const began = Date.now();
    const none = await fetch(`${server.url}/hls/nobody/main.m3u8?_HLS_msn=1`);
    assert.equal(none.status, 404);
    assert.ok(Date.now() - began < 5000);
  });

  test("MPEG-TS stays for players that want it", async () => {
    const list = await until("an MPEG-TS list", async () => {
      const answer = await fetch(`${server.url}/hls/show/ts.m3u8`);
      return answer.status === 200 ? answer.text() : null;
    });
    const uri = list.split("\n").find((line) => line && !line.startsWith("#"));
    const segment = Buffer.from(await (await fetch(new URL(uri, `${server.url}/hls/show/ts.m3u8`))).arrayBuffer());
    assert.equal(segment[0], 0x47);
    assert.equal(segment[188], 0x47);
  });
});
