// Going back in a live stream, pausing it, and choosing a rendition, as a viewer does it in Chromium.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axeFindings, openBrowser, openPage, screenshot, startServer, untilMoving, videoState } from "./support/browser.mjs";
import { sleep, until } from "./support/matinee.mjs";

describe("a stream that can be gone back to", () => {
  let server, browser, publisher, begun;

  before(async () => {
    server = await startServer({ env: { MATINEE_LIVESTREAM_DVR_WINDOW_SECONDS: "120" } });
    browser = await openBrowser();
    const stream = await server.createStream("show");
    publisher = server.publish(stream.publish_key, { gop: 30 });
    await server.untilLive("show");
    // Whatever makes the window may wait for the first who asks.
    await fetch(`${server.url}/hls/show.m3u8`).then((answer) => answer.text());
    begun = Date.now();
  });
  after(async () => {
    await browser?.close();
    await publisher?.stop();
    await server?.close();
  });

  async function watch(query = "") {
    const page = await openPage(browser);
    await page.goto(`${server.url}/watch/show${query}`);
    await untilMoving(page, 1, 40000);
    await page.locator("video").hover();
    return page;
  }

  /** What the button says: "Jump to live −0:20" is 20. */
  async function behind(page) {
    const text = await page.getByRole("button", { name: "Jump to live" }).textContent();
    const [, minutes, seconds] = /−(\d+):(\d\d)/.exec(text) ?? [];
    return Number(minutes) * 60 + Number(seconds);
  }

  const untilBehind = (page, least, most) =>
    until(`${least} to ${most} s behind`, async () => {
      const seconds = await behind(page).catch(() => NaN);
      return seconds >= least && seconds <= most;
    }, { timeout: 40000 });

  /** Another way to play has a clock of its own: what counts is that the picture goes on from one look to the next. */
  const untilPlaying = (page) =>
    until("the picture moves", async () => {
      const before = (await videoState(page)).time;
      await sleep(400);
      const step = (await videoState(page)).time - before;
      return step > 0.2 && step < 2;
    }, { timeout: 20000 });

  async function untilLive(page) {
    await page.locator(".badge", { hasText: "Live" }).waitFor();
    await untilPlaying(page);
  }

  describe("while it is young", { concurrency: true }, () => {
    test("a pause is gone on with where it began", { timeout: 90000 }, async () => {
      const page = await watch();
      await page.keyboard.press("k");
      await sleep(6000);
      await page.keyboard.press("k");
      await untilPlaying(page);
      await untilBehind(page, 4, 12);
      await page.context().close();
    });

    test("sound alone can be chosen, is remembered, and given up again", { timeout: 90000 }, async () => {
      const page = await watch();
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByLabel("Sound only").check();
      await page.getByRole("status").getByText("Sound only").waitFor();
      await untilPlaying(page);
      assert.equal((await videoState(page)).width, 0);
      await page.reload();
      await untilMoving(page, 1, 40000);
      assert.equal((await videoState(page)).width, 0);
      await page.locator("video").hover();
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByLabel("Automatic").check();
      await page.waitForFunction(() => document.querySelector("video").videoWidth > 0);
      await untilPlaying(page);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  });

  describe("half a minute later", { concurrency: true }, () => {
    before(() => sleep(begun + 30000 - Date.now()));

    test("the arrows go back ten seconds and forward again, and nothing hurries the viewer", { timeout: 90000 }, async () => {
      const page = await watch();
      await page.keyboard.press("ArrowLeft");
      await untilPlaying(page);
      await untilBehind(page, 8, 14);
      await page.keyboard.press("ArrowLeft");
      await untilBehind(page, 17, 25);
      await untilPlaying(page);
      assert.equal((await videoState(page)).rate, 1);
      assert.deepEqual(await axeFindings(page), []);
      await screenshot(page, "watch-behind");
      await page.keyboard.press("ArrowRight");
      await untilBehind(page, 7, 15);
      await page.keyboard.press("l");
      await untilLive(page);
      assert.ok((await videoState(page)).ahead < 4);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });

    test("the bar leads anywhere in the window, by mouse and by keys", { timeout: 90000 }, async () => {
      const page = await watch();
      const bar = page.getByRole("slider", { name: "Position" });
      const reach = Number(await bar.getAttribute("max"));
      assert.ok(reach >= 20, `${reach} s`);
      const box = await bar.boundingBox();
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await untilPlaying(page);
      await untilBehind(page, reach / 2 - 6, reach / 2 + 8);
      assert.match(await bar.getAttribute("aria-valuetext"), /behind live/);
      await bar.focus();
      await page.keyboard.press("End");
      await untilLive(page);
      await page.context().close();
    });
  });
});
