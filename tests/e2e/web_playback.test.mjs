// The web client plays: FLV, HLS, a stream that starts later, a server that restarts. Chromium reads the real <video> element.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isMock, openBrowser, openPage, screenshot, startServer, untilMoving, videoState } from "./support/browser.mjs";
import { sleep, until } from "./support/matinee.mjs";

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

// Counts what the browser drops: nothing else is going on.
describe("the web client by itself", () => {
  test("plays FLV, near to live, and says so", { timeout: 60000 }, async () => {
    const page = await watch();
    const requests = [];
    page.on("request", (request) => requests.push(new URL(request.url())));
    await untilMoving(page, 2);
    await assertPlays(page);
    const { ahead, muted, width } = await videoState(page);
    assert.ok(ahead < 3, `${ahead} s behind live`);
    assert.equal(muted, false);
    assert.equal(width, 640);
    assert.ok(await page.locator("h1 + p", { hasText: "Live" }).isVisible());
    await page.keyboard.press("i");
    await page.locator("dd", { hasText: /^FLV .*\(low delay\)$/ }).waitFor();
    assert.match(await page.locator(".delay").textContent(), /^\d+\.\d s$/, "the delay stands beside the badge");
    assert.deepEqual(requests.filter((url) => url.pathname.startsWith("/hls/")), []);
    assert.deepEqual(requests.filter((url) => !["127.0.0.1", ""].includes(url.hostname)).map(String), [], "nothing is asked of anybody else");
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
});

describe("the web client", { concurrency: 3 }, () => {
  test("falls back to HLS by itself where FLV is cut off, and remembers it", { timeout: 90000 }, async () => {
    const page = await openPage(browser);
    let refused = 0;
    await page.routeWebSocket("**/flv/*", (socket) => {
      refused++;
      return socket.close({ code: 1011 });
    });
    await page.route("**/flv/*", (route) => {
      refused++;
      return route.abort();
    });
    await page.goto(`${server.url}/watch/show`);
    await untilMoving(page, 1, 60000);
    assert.ok(refused >= 2, "neither way to FLV was tried");
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
    assert.ok((await videoState(page)).ahead < 3, "goes on at live where nothing can be gone back to");
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

  test("who is two seconds behind catches up by at most a tenth, without a skip", { timeout: 60000 }, async () => {
    const page = await watch();
    await untilMoving(page, 1);
    await sleep(3000);
    await page.evaluate(() => {
      const video = document.querySelector("video");
      const seen = (globalThis.seen = { fastest: 0, seeks: -1 });
      video.addEventListener("seeking", () => seen.seeks++);
      setInterval(() => (seen.fastest = Math.max(seen.fastest, video.playbackRate)), 50);
      video.currentTime -= 2;
    });
    const { ahead: behind } = await videoState(page);
    await sleep(8000);
    const { ahead } = await videoState(page);
    const { fastest, seeks } = await page.evaluate(() => globalThis.seen);
    assert.ok(fastest > 1 && fastest <= 1.1, `played at ${fastest}`);
    assert.equal(seeks, 0, "it skipped");
    assert.ok(ahead < behind - 0.2, `${behind} s behind, ${ahead} s after eight seconds`);
    await page.context().close();
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

  test("keeps the page and its connection while the publisher is away for a moment", { timeout: 90000, skip: isMock }, async () => {
    const away = await server.createStream("away");
    const first = server.publish(away.publish_key);
    await server.untilLive("away");
    const page = await openPage(browser);
    await page.goto(`${server.url}/watch/away`);
    await untilMoving(page, 2);
    const requests = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    page.on("websocket", (socket) => requests.push(new URL(socket.url()).pathname));
    await first.stop();
    await page.getByText("The broadcaster's connection broke off. One moment").waitFor({ timeout: 10000 });
    await screenshot(page, "watch-interrupted");
    assert.equal(await page.getByText("The stream has ended").count(), 0);
    await sleep(3000);
    const before = (await videoState(page)).time;
    const second = server.publish(away.publish_key);
    await server.untilLive("away");
    const back = Date.now();
    await page.waitForFunction((time) => document.querySelector("video").currentTime > time + 0.2, before, { timeout: 20000 });
    console.log(`# picture ${Date.now() - back} ms after the stream was live again`);
    await page.getByText("broke off").waitFor({ state: "detached" });
    await untilMoving(page, 2);
    assert.deepEqual(requests.filter((path) => /^\/(flv|hls)\//.test(path)), [], "the connection was made anew");
    await second.stop();
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test("a link with a token opens a private stream, and says in words when it does not", { timeout: 90000, skip: isMock }, async () => {
    const secret = await server.createStream("secret", { private: true });
    const sending = server.publish(secret.publish_key);
    await server.untilLive("secret");
    const made = async (seconds) => (await server.rest("POST", "/api/v1/streams/secret/playback-tokens", { ttl_seconds: seconds })).body.token;
    const page = await openPage(browser);
    await page.goto(`${server.url}/watch/secret`);
    await page.getByText("There is no stream called").waitFor();
    const brief = await made(1);
    await page.goto(`${server.url}/watch/secret?token=${await made(600)}`);
    await untilMoving(page, 2);
    await page.getByRole("link", { name: "Statistics" }).click();
    await page.getByRole("heading", { name: "secret" }).waitFor();
    await page.locator("dd", { hasText: "avc1" }).waitFor();
    await page.goto(`${server.url}/watch/secret?engine=hls&token=${await made(600)}`);
    await untilMoving(page, 1, 40000);
    await page.goto(`${server.url}/watch/secret?token=${brief}`);
    await page.getByText("has expired").waitFor();
    await screenshot(page, "watch-expired");
    await page.goto(`${server.url}/watch/secret?token=${(await made(600)).replace(/.$/, "")}`);
    await page.getByText("does not open it").waitFor();
    await sending.stop();
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test("the statistics page shows what is sent, and follows", { timeout: 60000 }, async () => {
    const page = await openPage(browser);
    const [asked, sockets] = [[], []];
    page.on("request", (request) => request.url().endsWith("/statistics") && asked.push(request.url()));
    page.on("websocket", (socket) => sockets.push(socket));
    const points = () => page.evaluate(() => (document.querySelector("path.line")?.getAttribute("d").match(/L/g) ?? []).length);
    await page.goto(`${server.url}/watch/show/stats`);
    await page.locator("dd", { hasText: "H.264 · avc1" }).waitFor();
    await page.locator("dd", { hasText: "AAC · mp4a.40.2" }).waitFor();
    await page.locator("dd", { hasText: "640 × 360" }).waitFor();
    await page.waitForFunction(() => (document.querySelector("path.line").getAttribute("d").match(/L/g) ?? []).length >= 3, null, { timeout: 15000 });
    assert.match(await page.locator("figure .value").first().textContent(), /^[\d.]+ [kM]bit\/s$/);
    if (!isMock) {
      const [questions, drawn] = [asked.length, await points()];
      await until("more is drawn", async () => (await points()) >= drawn + 3);
      assert.equal(asked.length, questions, "what is pushed is not asked for");
      assert.deepEqual(sockets.map((socket) => new URL(socket.url()).pathname), ["/api/ws"]);
      await page.evaluate(() => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
        document.dispatchEvent(new Event("visibilitychange"));
      });
      await until("nobody looks, nothing is pushed", () => sockets[0].isClosed());
    }
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });

  test("the statistics page asks where no WebSocket gets through", { timeout: 60000 }, async () => {
    const page = await openPage(browser);
    await page.addInitScript(() => (globalThis.WebSocket = class extends WebSocket { constructor() { super(`ws://${location.host}/health/ready`); } }));
    const asked = [];
    page.on("request", (request) => request.url().endsWith("/statistics") && asked.push(request.url()));
    await page.goto(`${server.url}/watch/show/stats`);
    await page.waitForFunction(() => (document.querySelector("path.line")?.getAttribute("d").match(/L/g) ?? []).length >= 2, null, { timeout: 15000 });
    assert.ok(asked.length >= 3, `${asked.length} questions`);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
});

describe("the web client and its server", () => {
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
