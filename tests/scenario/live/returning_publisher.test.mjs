// The publisher is killed and comes back, ten times. Viewers of every protocol stay on the connection that they have and get pictures again.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "../../e2e/support/browser.mjs";
import { playInBrowser } from "../../e2e/support/browser_player.mjs";
import { FlvViewer } from "../../e2e/support/flv_viewer.mjs";
import { Server, sleep } from "../../e2e/support/matinee.mjs";
import { playWithFfmpeg } from "../../e2e/support/players.mjs";
import { publish } from "../../e2e/support/publishers.mjs";
import { source } from "../../e2e/support/sources.mjs";

const LONG = process.env.MATINEE_LONG === "1";
const RETURNS = 10;
// The encoder notices, and connects again: up to almost the whole grace time of 15 s in the long run.
const awayMs = (round) => (LONG ? [500, 3000, 8000, 12000][round % 4] : [200, 1200][round % 2]);
const LIVE_MS = LONG ? 10000 : 3000;
/** First picture within 2 s of the return; ffmpeg itself takes a moment to begin, HLS a segment or two to show it. */
const BACK_MS = { direct: 5000, segments: 15000 };

describe("a publisher that is killed and returns ten times", { timeout: LONG ? 900000 : 240000 }, () => {
  let server, browser, stream, publisher;
  const viewers = [];
  before(async () => {
    server = await Server.start();
    stream = await server.createStream("show");
    await source("h264", 60);
    publisher = await publish(`rtmp://127.0.0.1:${server.rtmpPort}/live/${stream.publish_key}`, "h264", { seconds: 60 });
    await server.untilLive("show");
    browser = await openBrowser();
    for (const [who, path, websocket] of [["HTTP-FLV, counted", "/flv/show.flv", false], ["FLV over WebSocket, counted", "/flv/show", true]]) {
      const flv = new FlvViewer(`${server.url}${path}`, { websocket });
      viewers.push({ who, kind: "direct", count: () => flv.tags.video.length, alive: () => flv.ended === null, faults: () => flv.faults, stop: () => flv.close(), flv });
    }
    for (const [who, url, kind] of [
      ["ffmpeg, RTMP", `rtmp://127.0.0.1:${server.rtmpPort}/live/show`, "direct"],
      ["ffmpeg, HTTP-FLV", `${server.url}/flv/show.flv`, "direct"],
      ["ffmpeg, HLS", `${server.url}/hls/show.m3u8`, "segments"],
    ]) {
      const play = playWithFfmpeg(url);
      viewers.push({ who, kind, count: () => play.tracks.video?.length ?? 0, alive: () => play.broke === null, faults: () => [], stop: () => play.stop(), play });
    }
    for (const [who, url, by, kind] of [
      ["Chromium, FLV over WebSocket", `ws://127.0.0.1:${server.port}/flv/show`, "ws", "direct"],
      ["Chromium, HLS", `${server.url}/hls/show.m3u8`, "hls", "segments"],
    ]) {
      const play = await playInBrowser(browser, server, url, by, by === "ws" ? { liveBufferLatencyChasing: true } : {});
      viewers.push({
        who, kind, alive: () => true, stop: () => play.stop(),
        count: async () => (await play.read()).tracks.video.length,
        faults: () => play.complaints.filter((one) => /ended|fatal|networkError/i.test(one)),
      });
    }
  });
  after(async () => {
    for (const viewer of viewers) await viewer.stop();
    await browser?.close();
    await publisher?.stop();
    await server?.close();
  });

  test("all viewers get pictures at first", async () => {
    const took = await Promise.all(viewers.map((viewer) => grows(viewer, 10, 20000)));
    for (const [i, viewer] of viewers.entries()) assert.ok(took[i] !== null, `${viewer.who}: no pictures; ${JSON.stringify(await viewer.faults())} ${viewer.play?.broke ?? ""}`);
  });

  for (let round = 1; round <= RETURNS; round++) {
    test(`return ${round}: nobody was thrown out, everybody has pictures again`, async () => {
      await publisher.stop("SIGKILL");
      await sleep(awayMs(round));
      const begin = Date.now();
      // It does not begin where it began before: a picture of another age, and another clock.
      publisher = await publish(`rtmp://127.0.0.1:${server.rtmpPort}/live/${stream.publish_key}`, "h264", { seconds: 60, from: round });
      const took = await Promise.all(viewers.map((viewer) => grows(viewer, 10, BACK_MS[viewer.kind])));
      for (const [i, viewer] of viewers.entries()) {
        assert.ok(await viewer.alive(), `${viewer.who} was disconnected\n${viewer.play?.broke ?? viewer.flv?.ended}`);
        assert.deepEqual(await viewer.faults(), [], viewer.who);
        assert.ok(took[i] !== null, `${viewer.who}: no pictures within ${BACK_MS[viewer.kind]} ms`);
      }
      await sleep(Math.max(0, LIVE_MS - (Date.now() - begin)));
    });
  }

  test("after all that everybody sees the present, not what was buffered", async () => {
    // More pictures than any player holds: eight seconds of them.
    const took = await Promise.all(viewers.map((viewer) => grows(viewer, 240, 30000)));
    for (const [i, viewer] of viewers.entries()) assert.ok(took[i] !== null && (await viewer.alive()), `${viewer.who} stands still`);
  });

  test("it was one stream all the time: time without a step, each part with its own header", async () => {
    assert.equal((await server.rest("GET", "/api/v1/streams/show")).body.status, "live");
    for (const { who, flv } of viewers.filter((viewer) => viewer.flv)) {
      assert.deepEqual(flv.faults, [], who);
      // Time goes on by one frame where the publisher broke; what was cut off there with it is at most some frames.
      assert.deepEqual(flv.gaps("video", 1000 / 30, 70), [], `${who}: steps in time of the video, in ms`);
      assert.ok(flv.headersSeen.video >= RETURNS + 1, `${who}: ${flv.headersSeen.video} sequence headers for ${RETURNS} returns`);
    }
  });

  /** Milliseconds until the viewer has `more` pictures beyond those of now, or null. */
  async function grows(viewer, more, limit) {
    const begin = Date.now();
    const from = await viewer.count();
    while (Date.now() - begin < limit) {
      if ((await viewer.count()) >= from + more) return Date.now() - begin;
      await sleep(100);
    }
    return null;
  }
});
