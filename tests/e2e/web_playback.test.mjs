// The web client plays: FLV, HLS, a stream that starts later, a server that restarts. Chromium reads the real <video> element.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser, openPage, screenshot, startServer, untilMoving, videoState } from "./support/browser.mjs";
import { sleep } from "./support/matinee.mjs";

describe("the web client", () => {
  let server, browser, stream, publisher;

  before(async () => {
    server = await startServer();
    browser = await openBrowser();
    stream = await server.createStream("show");
    publisher = server.publish(stream.publish_key);
    await server.untilLive("show");
  });
  after(async () => {
    await browser?.close();
    await publisher?.stop();
    await server?.close();
  });

  async function watch(query = "", options = {}) {
    const page = await openPage(browser, options);
    await page.goto(`${server.url}/watch/show${query}`);
    return page;
  }

  /** Plays for 4 s: goes on by more than 3, drops less than a tenth of the frames. */
  async function assertPlays(page) {
    const begin = await videoState(page);
    await sleep(4000);
    const end = await videoState(page);
    const frames = end.total - begin.total;
    assert.ok(end.time - begin.time > 3, `went on by ${end.time - begin.time} s in 4 s`);
    assert.ok(frames > 60, `${frames} frames in 4 s`);
    assert.ok(end.dropped - begin.dropped < frames / 10, `${end.dropped - begin.dropped} of ${frames} frames dropped`);
  }

  test("plays FLV, near to live, and says so", { timeout: 60000 }, async () => {
    const page = await watch();
    const requests = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    await untilMoving(page, 2);
    await assertPlays(page);
    const { ahead, muted, width } = await videoState(page);
    assert.ok(ahead < 4, `${ahead} s behind live`);
    assert.equal(muted, false);
    assert.equal(width, 640);
    assert.ok(await page.locator("h1 + p", { hasText: "Live" }).isVisible());
    await page.keyboard.press("i");
    await page.getByText("FLV (low delay)").waitFor();
    assert.deepEqual(requests.filter((path) => path.startsWith("/hls/")), []);
    await screenshot(page, "watch-playing");
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test("plays HLS when it is asked to", { timeout: 90000 }, async () => {
    const page = await openPage(browser);
    await page.addInitScript(() => {
      globalThis.longest = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((one) => (globalThis.longest = Math.max(globalThis.longest, one.duration)))).observe({ type: "longtask" });
    });
    await page.goto(`${server.url}/watch/show?engine=hls`);
    await untilMoving(page, 2, 40000);
    await assertPlays(page);
    // hls.js keeps an array indexed by EXT-X-DISCONTINUITY-SEQUENCE: a number of millions holds the page up for seconds.
    const longest = await page.evaluate(() => globalThis.longest);
    assert.ok(longest < 1500, `the page was held up for ${Math.round(longest)} ms`);
    await page.keyboard.press("i");
    await page.locator("dd", { hasText: /^HLS$/ }).waitFor();
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test("falls back to HLS by itself where FLV is cut off, and remembers it", { timeout: 90000 }, async () => {
    const page = await openPage(browser);
    let refused = 0;
    await page.route("**/flv/*", (route) => {
      refused++;
      return route.abort();
    });
    await page.goto(`${server.url}/watch/show`);
    await untilMoving(page, 1, 60000);
    assert.ok(refused >= 1);
    const before = refused;
    await page.reload();
    await untilMoving(page, 1, 40000);
    assert.equal(refused, before, "FLV was tried again in the same session");
    await page.context().close();
  });

  test("pauses, goes on at live, and listens to the keyboard", { timeout: 60000 }, async () => {
    const page = await watch();
    await untilMoving(page, 1);
    await page.keyboard.press("k");
    await page.waitForFunction(() => document.querySelector("video").paused);
    await sleep(4000);
    await page.keyboard.press("Space");
    await untilMoving(page, 0.5);
    assert.ok((await videoState(page)).ahead < 3, "goes on at live");
    await page.keyboard.press("m");
    await page.waitForFunction(() => document.querySelector("video").muted);
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    // A headless browser now and then lets a request for full screen lapse without an answer: then it is asked again.
    let full = false;
    for (let i = 0; i < 3 && !full; i++) {
      await page.keyboard.press("f");
      full = await page.waitForFunction(() => document.fullscreenElement !== null, null, { timeout: 4000 }).then(() => true, () => false);
    }
    assert.ok(full, "f fills the screen");
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test("is silent where the browser blocks sound, and a tap brings it", { timeout: 60000 }, async () => {
    const strict = await openBrowser({ autoplay: false });
    try {
      const page = await openPage(strict);
      // Any question to the page counts as a gesture of its user, so the page tells by itself.
      await page.addInitScript(() => addEventListener("playing", (event) => console.log(`playing, muted: ${event.target.muted}`), true));
      const playing = page.waitForEvent("console", { predicate: (message) => message.text().startsWith("playing"), timeout: 20000 });
      await page.goto(`${server.url}/watch/show`);
      assert.equal((await playing).text(), "playing, muted: true");
      await page.getByRole("button", { name: "Tap for sound" }).click();
      await page.waitForFunction(() => !document.querySelector("video").muted && !document.querySelector("video").paused);
      await untilMoving(page, 1);
    } finally {
      await strict.close();
    }
  });

  test("waits for a stream that starts later, and says when it has ended", { timeout: 90000 }, async () => {
    const later = await server.createStream("later");
    const page = await openPage(browser);
    await page.goto(`${server.url}/watch/later`);
    await page.getByText("It has not started yet").waitFor();
    const sending = server.publish(later.publish_key);
    await untilMoving(page, 1, 30000);
    await sending.stop();
    await page.getByText("The stream has ended").waitFor({ timeout: 40000 });
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test("comes back after the server was restarted, without a reload", { timeout: 120000 }, async () => {
    const page = await watch();
    await untilMoving(page, 1);
    await page.evaluate(() => (document.body.dataset.loaded = "once"));
    await server.stop();
    await page.getByText("The connection was lost").waitFor({ timeout: 20000 });
    await screenshot(page, "watch-reconnecting");
    await sleep(2000);
    await server.launch();
    await publisher.stop();
    publisher = server.publish(stream.publish_key);
    await server.untilLive("show");
    await page.getByText("The connection was lost").waitFor({ state: "detached", timeout: 30000 });
    await untilMoving(page, 2, 40000);
    await assertPlays(page);
    assert.equal(await page.evaluate(() => document.body.dataset.loaded), "once");
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
});
