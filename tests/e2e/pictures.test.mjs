// Pictures of streams as viewers meet them in Chromium: posters on the home page and before the player starts, thumbnails over the seek bar of
// a live stream and of a recording. What is sent changes its colour every few seconds, so a wrong picture is seen.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PHONE, axeFindings, openBrowser, openPage, screenshot, startServer, untilMoving } from "./support/browser.mjs";
import { start } from "./support/children.mjs";
import { sleep, until } from "./support/matinee.mjs";

const COLOURS = { red: [253, 0, 0], lime: [0, 255, 0], blue: [0, 0, 254] };
const TURN = 10; // seconds of each colour

/** ffmpeg sending red, green and blue in turn, a key frame each second. */
function publishColours(server, key) {
  const input = `color=c=red:s=640x360:r=25,drawbox=c=lime:t=fill:enable='between(mod(t\\,${3 * TURN})\\,${TURN}\\,${2 * TURN - 0.001})',` +
    `drawbox=c=blue:t=fill:enable='gte(mod(t\\,${3 * TURN})\\,${2 * TURN})'`;
  return start("ffmpeg", [
    "-hide_banner", "-loglevel", "error", "-re", "-f", "lavfi", "-i", input, "-f", "lavfi", "-i", "sine=f=440:r=48000", "-c:v", "libx264", "-preset", "ultrafast",
    "-tune", "zerolatency", "-g", "25", "-keyint_min", "25", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-f", "flv",
    `rtmp://127.0.0.1:${server.rtmpPort}/live/${key}`,
  ]);
}

const nearest = ([r, g, b]) =>
  Object.entries(COLOURS).map(([name, of]) => [Math.hypot(r - of[0], g - of[1], b - of[2]), name]).sort((x, y) => x[0] - y[0])[0];

/** The colour in the middle of what the page shows of `locator`, as its name. */
async function colourOf(page, locator) {
  const png = (await locator.screenshot({ animations: "disabled" })).toString("base64");
  const rgb = await page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d");
    context.drawImage(image, image.width / 2, image.height / 2, 1, 1, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  }, png);
  const [distance, name] = nearest(rgb);
  assert.ok(distance < 60, `a colour that nobody sent: ${rgb}`);
  return name;
}

/** Each colour follows on the one that was sent before it, and lasted as long as it was sent. */
function assertTurns(order, seconds) {
  const next = { red: "lime", lime: "blue", blue: "red" };
  for (let i = 1; i < order.length; i++) assert.equal(order[i], next[order[i - 1]], `${order}`);
  assert.ok(Math.abs(order.length - seconds / TURN) <= 1.5, `${order} in ${seconds} s`);
}

describe("pictures", () => {
  let server, browser, publisher, begun, recording;

  before(async () => {
    server = await startServer({ env: { MATINEE_LIVESTREAM_DVR_WINDOW_SECONDS: "120", MATINEE_RECORDING_MIN_FREE_MEGABYTES: "0" } });
    browser = await openBrowser();
    const stream = await server.createStream("show");
    publisher = publishColours(server, stream.publish_key);
    await server.untilLive("show");
    await server.rest("POST", "/api/v1/streams/show/recording/start", {});
    await fetch(`${server.url}/hls/show.m3u8`).then((answer) => answer.text());
    begun = Date.now();
  });
  after(async () => {
    await browser?.close();
    await publisher?.stop();
    await server?.close();
  });

  const signIn = (page) => page.addInitScript((key) => localStorage.setItem("matinee.api-key", key), server.key);

  describe("of now", { concurrency: true }, () => {
    test("the home page shows each stream that is on air as it looks now", { timeout: 60000 }, async () => {
      const { body } = await server.rest("GET", "/api/v1/playback/show");
      assert.equal(body.poster_path, "/poster/show.jpg");
      assert.equal(body.preview_path, "/preview/show.vtt");
      for (const [name, options] of [["dark", { colorScheme: "dark" }], ["light", { colorScheme: "light" }], ["phone-zh", { ...PHONE, locale: "zh-CN" }]]) {
        const page = await openPage(browser, options);
        await signIn(page);
        await page.goto(server.url);
        const card = page.locator('a[href="/watch/show"]');
        await card.waitFor();
        const before = await card.boundingBox();
        await card.locator("img").waitFor();
        assert.deepEqual(await card.boundingBox(), before, "nothing moves when the picture comes");
        await colourOf(page, card.locator("img"));
        assert.deepEqual(await axeFindings(page), []);
        await screenshot(page, `home-posters-${name}`);
        assert.deepEqual(page.problems, []);
        await page.context().close();
      }
    });

    test("the player shows the newest picture until the first of its own", { timeout: 60000 }, async () => {
      const page = await openPage(browser);
      let letThrough = () => {};
      const gate = new Promise((done) => (letThrough = done));
      // Media is held back, so that the moment before it can be looked at.
      await page.route(/\/(flv|hls)\//, async (route) => gate.then(() => route.continue()));
      await page.routeWebSocket(/\/flv\//, async (socket) => void gate.then(() => socket.connectToServer()));
      await page.goto(`${server.url}/watch/show`);
      const poster = page.locator("img.poster.shown");
      await poster.waitFor();
      await colourOf(page, poster);
      await screenshot(page, "watch-poster");
      letThrough();
      await untilMoving(page, 1, 40000);
      await poster.waitFor({ state: "detached" });
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  });

  /** The colour of the thumbnail over the bar, and the words under it. */
  async function tipOf(page) {
    const picture = page.locator(".tip .picture");
    await picture.waitFor();
    return { colour: await colourOf(page, picture), words: await page.locator(".tip span").first().textContent() };
  }

  describe("of what was", () => {
    before(async () => {
      await sleep(begun + (4 * TURN + 2) * 1000 - Date.now());
      await server.rest("POST", "/api/v1/streams/show/recording/stop", {});
      recording = await until("the recording is ready", async () => {
        const { body } = await server.rest("GET", "/api/v1/recordings?stream=show");
        return body.recordings.find((one) => one.state === "ready");
      });
    });

    test("the bar shows what was on where the mouse points, and the picture goes there", { timeout: 120000 }, async () => {
      const page = await openPage(browser);
      await page.goto(`${server.url}/watch/show`);
      await untilMoving(page, 1, 40000);
      const bar = page.getByRole("slider", { name: "Position" });
      await page.locator("video").hover();
      await bar.waitFor();
      const reach = Number(await bar.getAttribute("max"));
      assert.ok(reach >= 4 * TURN, `${reach} s`);
      /** Points to this second since the beginning, of which there are more and more. */
      const point = async (second) => {
        const box = await bar.boundingBox();
        const at = [box.x + (box.width * second) / Number(await bar.getAttribute("max")), box.y + box.height / 2];
        await page.mouse.move(...at);
        return { at, ...(await tipOf(page)) };
      };
      const order = [];
      const seen = [];
      for (let second = 2; second < reach - 2; second += 3) {
        const { colour, words } = await point(second);
        assert.match(words, /−\d+:\d\d · /);
        seen.push({ second, colour });
        if (order.at(-1) !== colour) order.push(colour);
        if (order.length === 2) await screenshot(page, "watch-thumbnail");
      }
      assertTurns(order, reach);
      // What is promised is what comes. A thumbnail is up to six seconds old: between two of one colour that are six seconds apart there is
      // no other.
      const sure = seen.filter(({ colour }, i) => seen[i + 2]?.colour === colour);
      assert.ok(sure.length >= 2, `${order}`);
      for (const { second, colour } of [sure[0], sure.at(-1)]) {
        await page.locator("video").hover();
        const { at } = await until("the thumbnail is of that colour", async () => {
          const now = await point(second + 3);
          return now.colour === colour && now;
        });
        await page.mouse.click(...at);
        const shown = await until("the picture of the place is on", async () => {
          const now = await page.evaluate(() => {
            const video = document.querySelector("video");
            if (video.seeking || video.readyState < 3) return null;
            const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
            const context = canvas.getContext("2d");
            context.drawImage(video, 0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
          });
          return now && nearest(now)[1] === colour;
        }, { timeout: 20000 });
        assert.ok(shown);
      }
      assert.deepEqual(await axeFindings(page), []);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });

    test("keys show the picture of where they lead, and so does a finger on a phone", { timeout: 120000 }, async () => {
      const page = await openPage(browser);
      await page.goto(`${server.url}/watch/show`);
      await untilMoving(page, 1, 40000);
      await page.locator("video").hover();
      const bar = page.getByRole("slider", { name: "Position" });
      await bar.focus();
      await page.keyboard.press("Home");
      await tipOf(page);
      await page.locator(".tip").waitFor({ state: "detached" });
      await page.context().close();

      const phone = await openPage(browser, { ...PHONE, locale: "zh-CN" });
      await phone.goto(`${server.url}/watch/show`);
      await untilMoving(phone, 1, 40000);
      await phone.locator("video").tap();
      const touched = phone.getByRole("slider", { name: "播放位置" });
      await touched.waitFor();
      const box = await touched.boundingBox();
      const finger = await phone.context().newCDPSession(phone);
      const at = (part) => [{ x: box.x + box.width * part, y: box.y + box.height / 2 }];
      await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0.9) });
      await finger.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(0.5) });
      await tipOf(phone);
      await screenshot(phone, "watch-thumbnail-phone-zh");
      const player = await phone.locator("section.player").boundingBox();
      const tip = await phone.locator(".tip").boundingBox();
      assert.ok(tip.y >= player.y && tip.x >= player.x && tip.x + tip.width <= player.x + player.width, "the picture is within the player");
      await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      assert.deepEqual(phone.problems, []);
      await phone.context().close();
    });

    test("a recording's thumbnails are made while its player is open, and are right", { timeout: 120000 }, async () => {
      assert.match(recording.preview_path, /^\/preview\/recordings\/\w+\.vtt$/);
      for (const [name, options] of [["dark", { colorScheme: "dark" }], ["light", { colorScheme: "light" }], ["phone-dark", { ...PHONE, colorScheme: "dark" }]]) {
        const page = await openPage(browser, options);
        await signIn(page);
        await page.goto(`${server.url}/studio`);
        await page.getByRole("article", { name: "show" }).getByRole("button", { name: "Manage" }).click();
        await page.getByRole("button", { name: "Play", exact: true }).last().click();
        const player = page.getByRole("dialog").getByRole("region");
        const bar = player.getByRole("slider", { name: "Position" });
        await bar.waitFor();
        await page.waitForFunction(() => document.querySelector("dialog video")?.readyState >= 2, null, { timeout: 20000 });
        const whole = Number(await bar.getAttribute("max"));
        assert.ok(Math.abs(whole - recording.duration_seconds) <= 1, `${whole}`);
        const box = await bar.boundingBox();
        const order = [];
        for (let second = 3; second < whole - 1; second += 5) {
          await page.mouse.move(box.x + (box.width * second) / whole, box.y + box.height / 2);
          const { colour, words } = await tipOf(page);
          assert.match(words, /^\d+:\d\d$/);
          if (order.at(-1) !== colour) order.push(colour);
        }
        assertTurns(order, whole);
        await screenshot(page, `studio-recording-${name}`);
        await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
        await page.waitForFunction((middle) => Math.abs(document.querySelector("dialog video").currentTime - middle) < 6, whole / 2);
        assert.deepEqual(await axeFindings(page), []);
        assert.deepEqual(page.problems, []);
        await page.context().close();
      }
    });
  });

  test("when the show is over its last picture stands behind the curtain, for who was there and for who comes late", { timeout: 120000 }, async () => {
    const there = await openPage(browser);
    await there.goto(`${server.url}/watch/show`);
    await untilMoving(there, 1, 40000);
    await publisher.stop("SIGINT");
    await there.getByRole("heading", { name: "The stream has ended" }).waitFor({ timeout: 30000 });
    await there.locator("canvas.shown").waitFor();
    const late = await openPage(browser, { colorScheme: "light" });
    await late.goto(`${server.url}/watch/show`);
    await late.getByRole("heading", { name: "It has not started yet" }).waitFor();
    await late.locator("img.poster.shown").waitFor();
    for (const [page, name] of [[there, "watch-over"], [late, "watch-over-late"]]) {
      await sleep(1500); // the curtain closes
      assert.deepEqual(await axeFindings(page), []);
      await screenshot(page, name);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    }
  });
});
