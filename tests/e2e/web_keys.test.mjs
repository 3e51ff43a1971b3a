// API keys as people meet them on the web: made with what they may give, shown once, listed, revoked; and those of everybody for who may manage
// them. Against the real server only.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client } from "./support/account.mjs";
import { LOOKS, axeFindings, isMock, openBrowser, openPage, screenshot, startServer } from "./support/browser.mjs";
import { matinee, until } from "./support/matinee.mjs";

const PASSWORD = "velvet lantern orbit";

describe("API keys on the web", { concurrency: 1, skip: isMock }, () => {
  let server, browser, ada, bob, page, key;

  const cli = (...args) => matinee([...args, "--data-dir", server.dataDir]);

  before(async () => {
    await opaque.ready;
    server = await startServer();
    browser = await openBrowser();
    ada = await person("ada", "admin");
    bob = await person("bob", "user");
    page = await openPageOf(ada);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function person(name, role) {
    const made = await cli("user", "create", name, "--role", role, "--output", "json");
    assert.equal(made.code, 0, made.stderr);
    const client = new Client(server, { web: true });
    const answer = await client.signUp("", PASSWORD, JSON.parse(made.stdout).link.address.split("#")[1]);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return client;
  }

  const cookiesOf = (client) =>
    [...client.cookies.values()].map(({ name, value, path }) => ({ name, value, path, domain: "127.0.0.1", httpOnly: true, sameSite: path === "/" ? "Lax" : "Strict" }));

  /** A page on which this person is signed in. */
  async function openPageOf(client, options = {}) {
    const opened = await openPage(browser, options);
    await opened.context().addCookies(cookiesOf(client));
    await opened.addInitScript(() => localStorage.setItem("matinee.session", localStorage.getItem("matinee.session") ?? String(Date.now())));
    return opened;
  }

  const wideness = (of) => of.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  async function sound(of, name) {
    await screenshot(of, `keys-${name}`);
    assert.deepEqual(await axeFindings(of), [], name);
    assert.ok((await wideness(of)) <= 0, `${name} is wider than the screen`);
    assert.deepEqual(of.problems, [], name);
  }

  const mine = (of) => of.getByRole("region", { name: "Your API keys" });
  const dialog = (of) => of.getByRole("dialog");
  const as = (bearer, path) => server.rest("GET", path, undefined, { key: bearer });

  test("a key is made with a name and what it may, and shown this once", { timeout: 60000 }, async () => {
    await page.goto(`${server.url}/account`);
    await page.getByRole("navigation", { name: "Pages of your account" }).getByRole("link", { name: "API keys" }).click();
    await mine(page).getByText("You have no API key.").waitFor();
    await mine(page).getByRole("button", { name: "Make a key" }).click();
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await dialog(page).getByText("Give the key a name.").waitFor();
    await dialog(page).getByLabel("Name", { exact: true }).fill("Overlay");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await dialog(page).getByText("Choose what the key may.").waitFor();
    assert.equal(await dialog(page).getByRole("checkbox").count(), 5, "all but what only a root may give");
    await dialog(page).getByRole("checkbox", { name: /^streams:read/ }).check();
    await sound(page, "new");
    await dialog(page).getByRole("button", { name: "Make it" }).click();

    await dialog(page).getByRole("heading", { name: "The key “Overlay”" }).waitFor();
    key = await dialog(page).getByLabel("API key", { exact: true }).inputValue();
    assert.match(key, /^mtn_/);
    await sound(page, "made");
    await dialog(page).getByRole("button", { name: "I have it" }).click();
    await mine(page).getByText("Overlay").waitFor();
    assert.ok(!(await page.content()).includes(key), "it is nowhere on the page any more");
    assert.equal((await as(key, "/api/v1/streams")).status, 200);
    assert.equal((await as(key, "/api/v1/users")).status, 403);
  });

  test("the list tells what a key allows, until when, and when it was used", { timeout: 60000 }, async () => {
    await until("the use is written down", async () => (await ada.call("GET", "/api/v1/me/api-keys")).body.keys[0].last_used_at);
    await page.reload();
    const row = mine(page).getByRole("listitem");
    await row.getByText("see all streams, private ones too").waitFor();
    await row.getByText(/^ends on /).waitFor();
    await row.getByText(/^used /).waitFor();
    await sound(page, "list");
  });

  test("who manages keys sees those of the server and of others, with whose they are, and revokes any", { timeout: 60000 }, async () => {
    assert.equal((await cli("api-key", "create", "--name", "monitor", "--scope", "server:read")).code, 0);
    await page.reload();
    const others = page.getByRole("region", { name: "All other API keys" });
    const row = others.getByRole("listitem").filter({ hasText: "monitor" });
    await row.getByText("The server's own", { exact: true }).waitFor();
    assert.equal(await others.getByText("Overlay").count(), 0, "one's own are above");
    await row.getByRole("button", { name: "Revoke the key monitor" }).click();
    await sound(page, "revoke");
    await dialog(page).getByRole("button", { name: "Revoke", exact: true }).click();
    await others.getByRole("status").filter({ hasText: "The key has been revoked." }).waitFor();
    assert.equal(await row.count(), 0);
  });

  for (const look of LOOKS) {
    const { name, ...options } = look;
    test(`the page looks well: ${name}`, { timeout: 60000 }, async () => {
      const own = await openPageOf(ada, options);
      await own.goto(`${server.url}/account/keys`);
      await own.getByText("Overlay").waitFor();
      await sound(own, name);
      await own.getByRole("button", { name: /^(Make a key|创建密钥)$/ }).click();
      await dialog(own).waitFor();
      await sound(own, `${name}-new`);
      await own.context().close();
    });
  }

  test("a revoked key is refused, and gone from the list", { timeout: 60000 }, async () => {
    await mine(page).getByRole("button", { name: "Revoke the key Overlay" }).click();
    await dialog(page).getByRole("button", { name: "Revoke", exact: true }).click();
    await mine(page).getByRole("status").filter({ hasText: "The key has been revoked." }).waitFor();
    await mine(page).getByText("You have no API key.").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), "my-keys-heading", "the button that had the focus is gone");
    assert.equal((await as(key, "/api/v1/streams")).status, 401);
  });

  test("whose keys could do nothing is not offered any", { timeout: 60000 }, async () => {
    const own = await openPageOf(bob);
    await own.goto(`${server.url}/account`);
    const tabs = own.getByRole("navigation", { name: "Pages of your account" });
    await tabs.getByRole("link", { name: "Security" }).waitFor();
    assert.equal(await tabs.getByRole("link", { name: "API keys" }).count(), 0);
    await own.goto(`${server.url}/account/keys`);
    await own.getByText("There is nothing that a key could do for your account.").waitFor();
    assert.equal(await own.getByRole("button", { name: "Make a key" }).count(), 0);
    assert.equal(await own.getByRole("region", { name: "All other API keys" }).count(), 0);
    await sound(own, "none");
    await own.context().close();
  });
});
