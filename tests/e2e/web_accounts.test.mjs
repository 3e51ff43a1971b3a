// Accounts as a person meets them: the set-up link, in and out, a wrong password, another password, where one is signed in; by keyboard,
// on a phone, in both languages. MATINEE_MOCK=1 tries it against the stand-in.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LOOKS, PHONE, axeFindings, isMock, openBrowser, openPage, screenshot, startServer } from "./support/browser.mjs";
import { until } from "./support/matinee.mjs";

const NAME = "mia";
const FIRST = "velvet lantern orbit";
const SECOND = "harbour-plum-quartz-9";
const THIRD = "saffron.bicycle.monsoon";

describe("accounts on the web", { concurrency: 1 }, () => {
  let server, browser, page, link;

  before(async () => {
    server = await startServer({ isNew: true, env: { MATINEE_ACCOUNTS_SIGN_UP: "review" } });
    browser = await openBrowser();
    page = await openPage(browser);
    const printed = isMock ? null : await until("the set-up link is printed", () => /\/setup#[\w.~-]+/.exec(server.output + server.log)?.[0]);
    link = isMock ? server.setupUrl : server.url + printed;
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const wideness = (of) => of.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  async function sound(of, name) {
    await screenshot(of, `accounts-${name}`);
    assert.deepEqual(await axeFindings(of), [], name);
    assert.ok((await wideness(of)) <= 0, `${name} is wider than the screen`);
    assert.deepEqual(of.problems, [], name);
  }

  async function fillSignIn(of, name, password) {
    await of.getByLabel("Name", { exact: true }).fill(name);
    await of.keyboard.press("Enter");
    await of.getByLabel("Password", { exact: true }).fill(password);
    await of.keyboard.press("Enter");
  }

  async function signIn(of, password) {
    await of.goto(`${server.url}/sign-in`);
    await fillSignIn(of, NAME, password);
    await of.getByRole("heading", { name: "Studio" }).waitFor({ timeout: 20000 });
  }

  async function signOut(of) {
    await of.getByRole("button", { name: `Account of ${NAME}` }).click();
    await of.getByRole("button", { name: "Sign out" }).first().click();
    await of.getByRole("button", { name: `Account of ${NAME}` }).waitFor({ state: "detached" });
  }

  test("the set-up link makes an account and not with any password, and leads to the first stream with its key", { timeout: 90000 }, async () => {
    await page.goto(link);
    const action = page.getByRole("button", { name: "Make this server mine" });
    await action.waitFor();
    assert.equal(new URL(page.url()).hash, "", "the token is out of the address");
    await sound(page, "setup");

    await action.click();
    await page.getByText("Choose a name.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("mia mia");
    await action.click();
    await page.getByText("and no spaces").waitFor();
    await page.getByLabel("Name", { exact: true }).fill(NAME);
    await page.getByLabel("Password", { exact: true }).fill("password1");
    await page.getByText("many people use this").waitFor();
    await action.click();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("autocomplete")), "new-password", "the focus is where something is wrong");
    await page.getByLabel("Password", { exact: true }).fill(FIRST);
    await page.getByText("Very good.").waitFor();
    await sound(page, "setup-filled");
    await page.keyboard.press("Enter");

    await page.getByRole("heading", { name: "This server is yours" }).waitFor({ timeout: 20000 });
    await page.getByText(`signed in as “${NAME}”`).waitFor();
    await sound(page, "setup-done");
    await page.getByRole("link", { name: "Go to the studio" }).click();
    await page.getByText("shown only now").waitFor();
    await page.getByRole("button", { name: "Show the key" }).click();
    assert.ok((await page.getByLabel("Stream key", { exact: true }).inputValue()).length >= 16);
    assert.equal(await page.evaluate(() => localStorage.getItem("matinee.api-key")), null);
    assert.equal(await page.evaluate(() => document.cookie), "", "no script sees the session");
  });

  test("the studio works in the name of who is signed in, also after a reload", { timeout: 60000 }, async () => {
    await page.reload();
    await page.getByRole("button", { name: "New stream" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("mias-show");
    await page.getByLabel(/Private/).check();
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByText("“mias-show” is ready.").waitFor();
    await page.goto(`${server.url}/watch/mias-show`);
    await page.getByText("It has not started yet").waitFor();
    await page.getByRole("button", { name: `Account of ${NAME}` }).click();
    await sound(page, "menu");
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("link", { name: "Studio" }).isVisible(), false);
  });

  test("the link is good once", { timeout: 60000 }, async () => {
    const other = await openPage(browser);
    await other.goto(link);
    await other.getByText("has been used").waitFor();
    await other.context().close();
  });

  test("a lapsed session is renewed without a word, and is the same in all tabs", { timeout: 60000 }, async () => {
    await page.goto(`${server.url}/studio`);
    await page.getByRole("heading", { name: "Studio" }).waitFor();
    await page.context().clearCookies({ name: "matinee_access" });
    await page.reload();
    await page.getByRole("button", { name: `Account of ${NAME}` }).waitFor();
    await page.getByRole("heading", { name: "mias-show" }).waitFor();
    assert.ok((await page.context().cookies()).some(({ name }) => name === "matinee_access"));

    const tab = await page.context().newPage();
    await tab.goto(server.url);
    await signOut(tab);
    await page.getByRole("heading", { name: "Sign in to the studio" }).waitFor();
    assert.equal(await page.getByText("You were signed out.").count(), 0, "nobody else did it");
    await tab.close();
  });

  test("a wrong password and a name that nobody has are one and the same", { timeout: 90000 }, async () => {
    const told = [];
    for (const [name, password] of [[NAME, "not the password"], ["nobody-here", "not the password"]]) {
      await page.goto(`${server.url}/sign-in`);
      await fillSignIn(page, name, password);
      const alert = page.getByRole("alert");
      await alert.waitFor({ timeout: 20000 });
      told.push(await alert.textContent());
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "alert", "the focus is on what went wrong");
      if (name === NAME) await sound(page, "wrong");
    }
    assert.equal(told[0], told[1]);
    assert.match(told[0], /do not belong together/);
  });

  test("one comes back to where one wanted to sign in", { timeout: 60000 }, async () => {
    await page.goto(`${server.url}/watch/some-show`);
    await page.getByRole("link", { name: "Sign in" }).click();
    await fillSignIn(page, NAME, FIRST);
    await page.waitForURL("**/watch/some-show", { timeout: 20000 });
    await page.getByRole("button", { name: `Account of ${NAME}` }).waitFor();
  });

  test("the password is changed, which signs out everywhere else, and is told there", { timeout: 120000 }, async () => {
    const elsewhere = await openPage(browser, { userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0" });
    await signIn(elsewhere, FIRST);
    await page.goto(`${server.url}/account/security`);
    await page.getByText("Firefox on Windows").waitFor();
    await page.getByText("This device").waitFor();
    await sound(page, "account");

    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByLabel("Current password", { exact: true }).fill("not the password");
    await page.getByLabel("New password", { exact: true }).fill(SECOND);
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByText("This is not your current password.").waitFor({ timeout: 20000 });
    await sound(page, "change");
    await page.getByLabel("Current password", { exact: true }).fill(FIRST);
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByText("Your password has been changed.").waitFor({ timeout: 20000 });
    await page.getByText("Firefox on Windows").waitFor({ state: "detached" });

    await elsewhere.getByText("You were signed out.").waitFor({ timeout: 20000 });
    await sound(elsewhere, "ended");
    await elsewhere.getByRole("link", { name: "Sign in again." }).click();
    await fillSignIn(elsewhere, NAME, FIRST);
    await elsewhere.getByText("do not belong together").waitFor({ timeout: 20000 });
    await elsewhere.getByLabel("Password", { exact: true }).fill(SECOND);
    await elsewhere.keyboard.press("Enter");
    await elsewhere.getByRole("heading", { name: "Studio" }).waitFor({ timeout: 20000 });

    await page.reload();
    await page.getByRole("button", { name: "Sign out: Firefox on Windows" }).click();
    await page.getByText("It has been signed out.").waitFor();
    await page.getByText("Firefox on Windows").waitFor({ state: "detached" });
    await elsewhere.context().close();
  });

  /** A call in the name of who is signed in on the page. */
  const asPerson = (of, path, body = {}) =>
    of.evaluate(
      async ([to, what]) => {
        const headers = { "content-type": "application/json", "x-matinee-web": "1" };
        const answer = await fetch(to, { method: "POST", headers, body: JSON.stringify(what) });
        return answer.json();
      },
      [path, body],
    );

  test("a link sets a new password, once, and signs in with it", { timeout: 90000 }, async () => {
    const { address } = await asPerson(page, `/api/v1/users/${NAME}/password-link`);
    const path = address.slice(address.indexOf("/password#"));
    const other = await openPage(browser);
    await other.goto(server.url + path);
    await other.getByLabel("New password", { exact: true }).fill("12345678");
    await other.keyboard.press("Enter");
    await other.getByText("Easy to guess").waitFor();
    await sound(other, "password-link");
    await other.getByLabel("New password", { exact: true }).fill(THIRD);
    await other.keyboard.press("Enter");
    await other.getByText(`signed in as “${NAME}”`).waitFor({ timeout: 20000 });
    await sound(other, "password-link-done");
    await other.context().close();

    await page.goto(server.url + path);
    await page.getByText("This link has been used").waitFor();
    await page.getByText("You were signed out.").waitFor();
    await page.goto(`${server.url}/account/security`);
    await fillSignIn(page, NAME, THIRD);
    await page.getByText("This device").waitFor({ timeout: 20000 });
  });

  test("who signs up waits for review, comes in after it, and manages no streams", { timeout: 90000 }, async () => {
    const other = await openPage(browser, { locale: "zh-CN", ...PHONE });
    await other.goto(`${server.url}/sign-up`);
    await other.getByLabel("用户名", { exact: true }).fill(NAME.toUpperCase());
    await other.getByLabel("密码", { exact: true }).fill(SECOND);
    await other.keyboard.press("Enter");
    await other.getByText("与它相似的已有人使用").waitFor({ timeout: 20000 });
    await sound(other, "taken");
    await other.getByLabel("用户名", { exact: true }).fill("小明");
    await other.getByLabel("用户名", { exact: true }).press("Enter");
    await other.getByRole("heading", { name: "就差一步" }).waitFor({ timeout: 20000 });
    await sound(other, "waiting");

    await other.goto(`${server.url}/sign-in`);
    await other.getByLabel("用户名", { exact: true }).fill("小明");
    await other.keyboard.press("Enter");
    await other.getByLabel("密码", { exact: true }).fill(SECOND);
    await other.keyboard.press("Enter");
    await other.getByText("正在等待审核").waitFor({ timeout: 20000 });
    await asPerson(page, `/api/v1/users/${encodeURIComponent("小明")}/approve`);
    await other.getByRole("button", { name: "登录" }).click();
    await other.waitForURL(`${server.url}/`, { timeout: 20000 });
    await other.goto(`${server.url}/studio`);
    await other.getByText("无权管理直播").waitFor();
    await sound(other, "studio-member");
    await other.context().close();
  });

  test("a server that takes nobody in says so before somebody thinks of a password", { timeout: 60000 }, async () => {
    const other = await openPage(browser);
    await other.route("**/api/v1/sign-up", (route) => route.fulfill({ status: 403, json: { code: "permission_denied", status: 403, title: "", detail: "No." } }));
    await other.goto(`${server.url}/sign-up`);
    await other.getByText("takes nobody in").waitFor();
    await sound(other, "closed");
    await other.context().close();
  });

  test("a form is filled by the keyboard alone, and a password manager finds both fields at once", { timeout: 60000 }, async () => {
    await signOut(page);
    await page.goto(`${server.url}/sign-in`);
    const fields = page.locator("form input");
    await fields.first().waitFor();
    assert.deepEqual(await fields.evaluateAll((all) => all.map((one) => [one.type, one.autocomplete])), [["text", "username webauthn"], ["password", "current-password"]]);
    // As a manager does it: both at once.
    await fields.nth(0).fill(NAME);
    await fields.nth(1).evaluate((input, value) => {
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, THIRD);
    await page.getByRole("button", { name: "Show the password" }).focus();
    await page.keyboard.press("Space");
    assert.equal(await fields.nth(1).getAttribute("type"), "text");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Studio" }).waitFor({ timeout: 20000 });
  });

  describe("looked at", () => {
    const views = [
      { name: "sign-in", path: "/sign-in" },
      { name: "sign-up", path: "/sign-up" },
      { name: "password", path: "/password#token" },
      { name: "password-missing", path: "/password" },
      { name: "studio-out", path: "/studio" },
      { name: "security", path: "/account/security", signedIn: true },
    ];
    for (const { name: setting, ...options } of LOOKS) {
      test(setting, { timeout: 120000 }, async () => {
        const state = await page.context().storageState();
        for (const view of views) {
          const shown = await openPage(browser, { ...options, ...(view.signedIn ? { storageState: state } : {}) });
          await shown.goto(server.url + view.path);
          await shown.locator("h1").first().waitFor();
          if (view.signedIn) await shown.getByText(/This device|当前设备/).waitFor();
          await sound(shown, `${view.name}-${setting}`);
          await shown.context().close();
        }
      });
    }
  });
});
