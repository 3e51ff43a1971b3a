// Somebody's picture as they choose it in Chromium: cut by mouse, keyboard and slider, dropped, shown, taken away; on a phone, in both languages.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client } from "./support/account.mjs";
import { PHONE, axeFindings, isMock, openBrowser, openPage, screenshot, startServer } from "./support/browser.mjs";
import { until } from "./support/matinee.mjs";

const PASSWORD = "velvet lantern orbit";

describe("a picture of one's own", { concurrency: 1, skip: isMock }, () => {
  let server, browser, ada, page;

  before(async () => {
    await opaque.ready;
    server = await startServer({ isNew: true });
    browser = await openBrowser();
    const token = await until("the set-up link is printed", () => /\/setup#([\w.~-]+)/.exec(server.output + server.log)?.[1]);
    ada = new Client(server, { web: true });
    assert.equal((await ada.signUp("ada", PASSWORD, token)).status, 200);
    page = await openAccount();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function openAccount(options = {}) {
    const opened = await openPage(browser, options);
    await opened.context().addCookies(
      [...ada.cookies.values()].map(({ name, value, path }) => ({ name, value, path, domain: "127.0.0.1", httpOnly: true, sameSite: path === "/" ? "Lax" : "Strict" })),
    );
    await opened.addInitScript(() => localStorage.setItem("matinee.session", localStorage.getItem("matinee.session") ?? String(Date.now())));
    await opened.goto(`${server.url}/account`);
    return opened;
  }

  /** Red, green and blue beside each other: 600 by 200. */
  const stripes = (of) =>
    of.evaluate(async () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [600, 200];
      const context = canvas.getContext("2d");
      ["#f00", "#0f0", "#00f"].forEach((colour, i) => {
        context.fillStyle = colour;
        context.fillRect(i * 200, 0, 200, 200);
      });
      return canvas.toDataURL("image/png").split(",")[1];
    });
  const file = async (of = page) => ({ name: "stripes.png", mimeType: "image/png", buffer: Buffer.from(await stripes(of), "base64") });
  const area = (of = page) => of.getByRole("application");
  const path = async () => (await ada.call("GET", "/api/v1/me")).body.avatar;

  /** What the server shows, at its left, middle and right, as letters of the strongest colour. */
  async function shown() {
    const address = await path();
    return page.evaluate(async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 256;
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return [12, 128, 243].map((x) => {
        const [r, g, b] = context.getImageData(x, 128, 1, 1).data;
        return r > 200 && g < 80 && b < 80 ? "r" : g > 200 && r < 80 && b < 80 ? "g" : b > 200 && r < 80 && g < 80 ? "b" : "?";
      }).join("");
    }, address);
  }
  async function choose(of = page) {
    await of.locator("input[type=file]").setInputFiles(await file(of));
    await area(of).waitFor();
  }
  async function use() {
    await page.getByRole("button", { name: "Use this picture" }).click();
    await page.getByText("Your picture has been saved.").waitFor();
    await area().waitFor({ state: "detached" });
  }
  async function sound(of, name) {
    await screenshot(of, `avatar-${name}`);
    assert.deepEqual(await axeFindings(of), [], name);
    assert.ok((await of.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0, `${name} is wider than the screen`);
    assert.deepEqual(of.problems, [], name);
  }

  test("the square in the middle is offered, and used", async () => {
    await choose();
    await sound(page, "crop");
    await use();
    assert.equal(await shown(), "ggg");
    await until("the menu shows it", () => page.evaluate(() => document.querySelector("header img[src^='/avatars/']")?.naturalWidth === 256));
    await sound(page, "account");
  });

  test("the mouse moves it, and not beyond its edge", async () => {
    await choose();
    const box = await area().boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.95, box.y + box.height / 2, { steps: 4 });
    await page.mouse.move(box.x + box.width * 3, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await use();
    assert.equal(await shown(), "rrr");
  });

  test("keys move and zoom it, which is said; Escape leaves all as it was", async () => {
    await choose();
    await area().focus();
    for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("+");
    await page.getByText(/% from the left, 50 % from the top, zoom 1\.1/).waitFor();
    const before = await path();
    await page.keyboard.press("Escape");
    await area().waitFor({ state: "detached" });
    assert.equal(await path(), before);
    await until("the focus is back", () => page.evaluate(() => document.activeElement.textContent.trim() === "Choose a picture"));
    await choose();
    await area().focus();
    for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Tab");
    await page.keyboard.press("End"); // the slider
    assert.equal(await page.getByLabel("Zoom", { exact: true }).inputValue(), "100");
    await page.keyboard.press("Enter");
    await page.getByText("Your picture has been saved.").waitFor();
    assert.equal(await shown(), "bbb");
  });

  test("the wheel zooms to where the pointer is", async () => {
    await choose();
    const box = await area().boundingBox();
    await area().focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowLeft"); // half red, half green
    await page.mouse.move(box.x + 2, box.y + box.height / 2);
    for (let i = 0; i < 12; i++) await page.mouse.wheel(0, -100);
    await use();
    assert.equal(await shown(), "rrr");
  });

  test("a file can be dropped, and one that is no picture is refused in words", async () => {
    const drop = async (bytes, type) => {
      const transfer = await page.evaluateHandle(
        ([data, kind]) => {
          const made = new DataTransfer();
          made.items.add(new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], "dropped", { type: kind }));
          return made;
        },
        [bytes.toString("base64"), type],
      );
      await page.locator("input[type=file]").dispatchEvent("drop", { dataTransfer: transfer });
    };
    await drop((await file()).buffer, "image/png");
    await area().waitFor();
    await use();
    assert.equal(await shown(), "ggg");
    await drop(Buffer.from("<svg/>"), "image/png");
    await page.getByText("This file cannot be used.").waitFor();
    assert.equal(await shown(), "ggg");
  });

  test("on a phone, in Chinese, and taken away again", async () => {
    const phone = await openAccount({ ...PHONE, locale: "zh-CN" });
    await choose(phone);
    await sound(phone, "phone-crop");
    await phone.getByRole("button", { name: "使用这张图片" }).click();
    await phone.getByText("头像已保存。").waitFor();
    await sound(phone, "phone");
    await phone.getByRole("button", { name: "移除头像" }).click();
    await phone.getByText("头像已移除。").waitFor();
    assert.equal(await path(), "");
    await phone.context().close();
    await page.reload();
    await page.locator("header .initials").waitFor();
    assert.equal(await page.locator("img[src^='/avatars/']").count(), 0);
  });
});
