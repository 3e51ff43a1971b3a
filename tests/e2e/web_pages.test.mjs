// The pages of the web client: the owner's first minute through the set-up link, the studio, and every page looked at by axe and by camera.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LOOKS, axeFindings, isMock, openBrowser, openPage, screenshot, startServer, untilMoving } from "./support/browser.mjs";
import { matinee, until } from "./support/matinee.mjs";


describe("the pages", () => {
  let server, browser;

  before(async () => {
    server = await startServer({ isNew: true });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function setupLink() {
    if (isMock) return server.setupUrl;
    const printed = await until("the set-up link is printed", () => /\/setup#[\w.~-]+/.exec(server.output + server.log)?.[0]);
    return server.url + printed;
  }

  /** For a test that is run alone: the owner has come in already. */
  async function claimed() {
    const { needs_setup } = await (await fetch(`${server.url}/api/v1/server`)).json();
    if (!needs_setup) return withKey();
    const token = (await setupLink()).split("#")[1];
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${server.url}/api/v1/setup`, { method: "POST", headers, body: JSON.stringify({ token }) });
    server.key = (await answer.json()).api_key.key;
  }

  /** For who has no account: a key, made on the server. */
  async function withKey() {
    if (server.key) return;
    const made = await matinee(["api-key", "create", "--name", "e2e", "--scope", "admin", "--output", "json", "--data-dir", server.dataDir]);
    server.key = JSON.parse(made.stdout).key;
  }

  async function signedIn(options) {
    const page = await openPage(browser, options);
    await page.addInitScript((key) => localStorage.setItem("matinee.api-key", key), server.key);
    return page;
  }

  test("a new server says where its set-up link is, the link makes an owner, once, and the studio goes from name to picture", { timeout: 120000 }, async () => {
    const page = await openPage(browser);
    await page.goto(server.url);
    await page.getByRole("heading", { name: "Almost ready" }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await screenshot(page, "home-new");

    const link = await setupLink();
    await page.goto("about:blank");
    await page.goto(link);
    await page.getByLabel("Name", { exact: true }).fill("mia");
    assert.equal(new URL(page.url()).hash, "", "the token is out of the address");
    await page.getByLabel("Password", { exact: true }).fill("velvet lantern orbit");
    await page.getByRole("button", { name: "Make this server mine" }).click();
    await page.getByRole("heading", { name: "This server is yours" }).waitFor({ timeout: 20000 });
    assert.deepEqual(await axeFindings(page), []);
    await screenshot(page, "setup-done");
    await page.getByRole("link", { name: "Go to the studio" }).click();

    await page.getByRole("button", { name: "New stream" }).first().click();
    await page.getByLabel("Name").fill("Not a näme!");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("alert").filter({ hasText: "1 to 64" }).waitFor();
    await page.getByLabel("Name").fill("friday night");
    await page.getByRole("button", { name: "Create" }).click();
    const card = page.getByRole("article", { name: "friday-night" });
    await card.getByText("shown only now").waitFor();
    const keyField = card.getByLabel("Stream key", { exact: true });
    assert.equal(await keyField.getAttribute("type"), "password");
    await card.getByRole("button", { name: "Show the key" }).click();
    assert.equal(await keyField.getAttribute("type"), "text");
    const key = await keyField.inputValue();
    assert.ok(key.length >= 16);
    assert.match(await card.getByLabel("Server", { exact: true }).inputValue(), /^rtmp:\/\/127\.0\.0\.1:\d+\/live$/);
    assert.deepEqual(await axeFindings(page), []);
    await screenshot(page, "studio-new");

    const publisher = server.publish(key);
    try {
      await card.getByText("Live", { exact: true }).waitFor({ timeout: 20000 });
      if (isMock) await server.untilLive("friday-night");
      await card.getByRole("link", { name: "Watch" }).click();
      await untilMoving(page, 1);
      await page.goBack();

      await page.getByRole("article", { name: "friday-night" }).getByRole("button", { name: "Manage" }).click().catch(() => undefined);
      await page.getByRole("button", { name: "New key" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Make a new key" }).click();
      await page.getByText("“friday-night” has a new key.").waitFor();
      assert.notEqual(await page.getByLabel("Stream key", { exact: true }).inputValue(), key);

      await page.getByRole("button", { name: "Disconnect" }).click();
      await page.getByRole("dialog").getByRole("checkbox").check();
      await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
      await page.getByText("“friday-night” has been disconnected.").waitFor();
      await page.getByRole("article", { name: "friday-night" }).getByText("Off air").waitFor();
    } finally {
      await publisher.stop();
    }
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("article", { name: "friday-night" }).waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Account of mia" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to the studio" }).waitFor();
    assert.deepEqual(page.problems, []);

    await page.goto("about:blank");
    await page.goto(link);
    await page.getByText("has been used").waitFor();
    await page.context().close();
  });

  test("a key signs in, a wrong one is refused in words", { timeout: 60000 }, async () => {
    await claimed();
    const page = await openPage(browser);
    await page.goto(`${server.url}/studio`);
    await page.getByText("Use an API key instead").click();
    await page.getByLabel("API key").fill("nonsense");
    await page.getByRole("button", { name: "Open with the key" }).click();
    await page.getByRole("alert").filter({ hasText: "does not know this key" }).waitFor();
    await page.getByLabel("API key").fill(server.key);
    await page.getByRole("button", { name: "Open with the key" }).click();
    await page.getByRole("heading", { name: "Studio" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to the studio" }).waitFor();
    assert.equal(await page.evaluate(() => localStorage.getItem("matinee.api-key")), null);
    await page.context().close();
  });

  test("the start page leads to a stream by its name or by a pasted link", { timeout: 60000 }, async () => {
    await claimed();
    const page = await openPage(browser);
    await page.goto(server.url);
    await page.getByLabel("Stream name").fill("https://example.org/watch/some-show");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/watch/some-show");
    await page.getByText("There is no stream called “some-show”").waitFor();
    await page.context().close();
  });

  describe("looked at", { concurrency: 2 }, () => {
    let publisher;
    before(async () => {
      await claimed();
      const stream = await server.createStream("matinee-live");
      await server.createStream("quiet");
      publisher = server.publish(stream.publish_key);
      await server.untilLive("matinee-live");
    });
    after(() => publisher?.stop());

    const views = [
      { name: "home", path: "/", ready: (page) => page.getByLabel(/Stream name|直播名称/).waitFor() },
      { name: "home-owner", path: "/", owner: true, ready: (page) => page.getByText("matinee-live").waitFor() },
      { name: "watch", path: "/watch/matinee-live", ready: (page) => untilMoving(page, 2, 40000) },
      { name: "watch-waiting", path: "/watch/quiet", ready: (page) => page.getByText(/not started yet|尚未开播/).waitFor() },
      { name: "watch-missing", path: "/watch/nobody", ready: (page) => page.getByText(/no stream called|没有名为/).waitFor() },
      { name: "numbers", path: "/watch/matinee-live/stats", ready: (page) => page.getByText("avc1").waitFor() },
      { name: "studio", path: "/studio", owner: true, ready: openFirstCard },
      { name: "sign-in", path: "/studio", ready: openKeyForm },
      { name: "setup", path: "/setup", ready: (page) => page.getByText(/lacks the set-up token|缺少设置令牌/).waitFor() },
      { name: "not-found", path: "/no/such/page", ready: (page) => page.getByText("404").waitFor() },
    ];

    async function openKeyForm(page) {
      await page.locator("summary").click();
      await page.getByLabel(/^API (key|密钥)$/).waitFor();
    }

    async function openFirstCard(page) {
      await page.getByRole("article", { name: "matinee-live" }).getByRole("button").click();
      await page.getByRole("img", { name: /QR|二维码/ }).waitFor();
    }

    for (const { name: setting, ...options } of LOOKS) {
      test(`axe finds nothing serious, and nothing is wider than the screen: ${setting}`, { timeout: 180000 }, async () => {
        for (const view of views) {
          const page = view.owner ? await signedIn(options) : await openPage(browser, options);
          await page.goto(server.url + view.path);
          await view.ready(page);
          await screenshot(page, `${view.name}-${setting}`);
          assert.deepEqual(await axeFindings(page), [], `${view.name}, ${setting}`);
          const { lang, wide } = await page.evaluate(() => ({
            lang: document.documentElement.lang,
            wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          }));
          assert.equal(lang, options.locale ?? "en");
          assert.ok(wide <= 0, `${view.name}, ${setting}: ${wide} px too wide`);
          assert.deepEqual(await outsideCards(page), [], `${view.name}, ${setting}: sticks out of its card`);
          assert.deepEqual(await smallTargets(page), [], `${view.name}, ${setting}: targets under 44 px`);
          assert.deepEqual(page.problems, []);
          await page.context().close();
        }
      });
    }

    test("the language and the colours can be switched, and stay", { timeout: 60000 }, async () => {
      const page = await openPage(browser, { colorScheme: "dark" });
      await page.goto(`${server.url}/watch/quiet`);
      await page.getByRole("button", { name: "中文" }).click();
      await page.getByText("尚未开播").waitFor();
      await page.getByRole("button", { name: "切换为浅色" }).click();
      await page.reload();
      await page.getByText("尚未开播").waitFor();
      assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.scheme]), ["zh-CN", "light"]);
      await page.context().close();
    });
  });

  const outsideCards = (page) =>
    page.evaluate(() =>
      [...document.querySelectorAll(".card *")]
        .filter((one) => one.checkVisibility() && !one.closest(".off-screen"))
        .filter((one) => one.getBoundingClientRect().right > one.closest(".card").getBoundingClientRect().right + 0.5)
        .map((one) => one.outerHTML.slice(0, 80)),
    );

  /** Buttons, fields and links that stand alone, and are hard to hit with a finger. */
  const smallTargets = (page) =>
    page.evaluate(() =>
      [...document.querySelectorAll("button, input:not([type=checkbox]), a.button, a.home, a.card")]
        .filter((one) => one.checkVisibility() && !one.closest(".off-screen"))
        .map((one) => [one.getAttribute("aria-label") ?? one.textContent.trim(), one.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
        .map(([label, box]) => `${label}: ${Math.round(box.width)}x${Math.round(box.height)}`),
    );
});
