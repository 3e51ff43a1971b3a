// Debian's Chromium, and what the tests of the web client ask of a page.
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { root, Server } from "./matinee.mjs";
import { MockServer } from "./mock.mjs";

const ARGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
export const artifacts = join(root, "tests/e2e/artifacts");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** MATINEE_MOCK=1 tries the client against the stand-in, without a server program; MATINEE_WEB_DIR tries a client that is not embedded. */
export const isMock = process.env.MATINEE_MOCK === "1";
const webDir = process.env.MATINEE_WEB_DIR ? ["--web-dir", process.env.MATINEE_WEB_DIR] : [];
export const startServer = (options) => (isMock ? MockServer.start(options) : Server.start({ args: webDir, ...options }));

export function openBrowser({ autoplay = true } = {}) {
  const args = autoplay ? [...ARGS, "--autoplay-policy=no-user-gesture-required"] : [...ARGS, "--autoplay-policy=document-user-activation-required"];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
}

/** A page that writes down what a user would never see: errors of scripts, and violations of the content policy. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) page.problems.push(message.text());
  });
  return page;
}

/** What the real <video> element says. */
export const videoState = (page) =>
  page.evaluate(() => {
    const video = document.querySelector("video");
    if (!video) return null;
    const quality = video.getVideoPlaybackQuality();
    return {
      time: video.currentTime, paused: video.paused, muted: video.muted, rate: video.playbackRate, width: video.videoWidth,
      ahead: video.buffered.length ? video.buffered.end(video.buffered.length - 1) - video.currentTime : 0,
      total: quality.totalVideoFrames, dropped: quality.droppedVideoFrames,
    };
  });

/** Until the picture has moved on by `seconds` from where it is. */
export async function untilMoving(page, seconds = 0.5, timeout = 20000) {
  await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 0, null, { timeout });
  const from = (await videoState(page)).time;
  await page.waitForFunction((target) => document.querySelector("video").currentTime > target, from + seconds, { timeout });
}

/** Findings of axe that are serious or critical, in words; of the page at rest, not of something that is just fading. */
export async function axeFindings(page) {
  await page.emulateMedia({ reducedMotion: "reduce" }); // what begins to move now is there at once
  await page.evaluate(() => {
    const finite = document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
    return Promise.all(finite.map((one) => one.finished.catch(() => undefined)));
  });
  // Through the debugger, so the page's content policy stays as it is.
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  await page.emulateMedia({ reducedMotion: null });
  return result.violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .map((violation) => `${violation.id}: ${violation.help}: ${violation.nodes.map((node) => `${node.target} (${node.failureSummary})`).join("; ")}`);
}

/** MATINEE_SCREENSHOTS=1 keeps pictures of what the tests see, for people to look at, and tries every view in every look. */
const isLookedAt = process.env.MATINEE_SCREENSHOTS === "1";

export async function screenshot(page, name, options = {}) {
  if (!isLookedAt) return;
  await mkdir(artifacts, { recursive: true });
  await page.screenshot({ path: join(artifacts, `${name}.png`), animations: "disabled", ...options });
}

export const PHONE = { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** What a page has to look well in: each of dark and light, large and small, English and Chinese, if not each with each. */
export const LOOKS = [
  { name: "dark", colorScheme: "dark" },
  { name: "phone-light-zh", colorScheme: "light", locale: "zh-CN", ...PHONE },
  ...(isLookedAt ? [{ name: "light", colorScheme: "light" }, { name: "phone-dark-zh", colorScheme: "dark", locale: "zh-CN", ...PHONE }, { name: "phone-light", colorScheme: "light", ...PHONE }] : []),
];
