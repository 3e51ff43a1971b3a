// Those who run the server and the people on it, as they meet on the web: reviews, invitations, bans, links, profiles, one's own data, the end of
// an account, and the audit log of all that. Against the real server only.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client } from "./support/account.mjs";
import { LOOKS, PHONE, axeFindings, isMock, openBrowser, openPage, screenshot, startServer } from "./support/browser.mjs";
import { until } from "./support/matinee.mjs";

const ROOT = "ada";
const PASSWORD = "velvet lantern orbit";
const REASON = "Three warnings, then this.";

describe("people on the web", { concurrency: 1, skip: isMock }, () => {
  let server, browser, root, page, wendy;

  before(async () => {
    await opaque.ready;
    server = await startServer({ isNew: true, env: { MATINEE_ACCOUNTS_SIGN_UP: "review" } });
    browser = await openBrowser();
    const token = await until("the set-up link is printed", () => /\/setup#([\w.~-]+)/.exec(server.output + server.log)?.[1]);
    root = new Client(server, { web: true });
    assert.equal((await root.signUp(ROOT, PASSWORD, token)).status, 200);
    page = await openPageOf(root);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const cookiesOf = (client) =>
    [...client.cookies.values()].map(({ name, value, path }) => ({ name, value, path, domain: "127.0.0.1", httpOnly: true, sameSite: path === "/" ? "Lax" : "Strict" }));

  /** A page on which this person is signed in. */
  async function openPageOf(client, options = {}) {
    const opened = await openPage(browser, options);
    await opened.context().addCookies(cookiesOf(client));
    await opened.addInitScript(() => localStorage.setItem("matinee.session", localStorage.getItem("matinee.session") ?? String(Date.now())));
    return opened;
  }

  /** An account that waits for review. */
  async function waitingPerson(name) {
    const client = new Client(server, { web: true });
    const { status, body } = await client.signUp(name, PASSWORD);
    assert.deepEqual([status, body.outcome], [200, "waiting_for_review"]);
    return client;
  }

  const wideness = (of) => of.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  async function sound(of, name) {
    await screenshot(of, `people-${name}`);
    assert.deepEqual(await axeFindings(of), [], name);
    assert.ok((await wideness(of)) <= 0, `${name} is wider than the screen`);
    assert.deepEqual(of.problems, [], name);
  }

  const card = (name) => page.getByRole("article", { name, exact: true });
  async function manage(name) {
    const button = page.getByRole("button", { name: `Manage ${name}`, exact: true });
    await button.waitFor();
    if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
  }
  const notice = (text) => page.getByRole("status").filter({ hasText: text }).waitFor();
  const show = (what) => page.getByRole("radio", { name: what }).check({ force: true });

  async function downloaded(of, act) {
    const [file] = await Promise.all([of.waitForEvent("download"), act()]);
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
  }

  test("who waits for review is counted on the menu, found, and let in or refused", { timeout: 90000 }, async () => {
    wendy = await waitingPerson("wendy");
    await waitingPerson("mallory");
    await page.goto(`${server.url}/studio`);
    const menu = page.getByRole("button", { name: `Account of ${ROOT}` });
    await page.getByText("2 waiting for review").first().waitFor({ state: "attached" });
    await menu.click();
    await sound(page, "menu");
    await page.getByRole("link", { name: /^People/ }).click();
    await page.getByRole("radio", { name: /Waiting for review/, checked: true }).waitFor({ state: "attached" });
    await manage("wendy");
    assert.equal(await page.getByRole("article").count(), 2);
    await sound(page, "waiting");
    await card("wendy").getByRole("button", { name: "Approve" }).click();
    await notice("“wendy” can sign in now.");
    await manage("mallory");
    await card("mallory").getByRole("button", { name: "Refuse" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Refuse" }).click();
    await notice("“mallory” has been refused.");
    await page.getByText("Nobody waits for review.").waitFor();
    assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), "BODY", "the focus is somewhere");
    assert.equal(await page.getByText("2 waiting for review").count(), 0);
    assert.equal((await wendy.signIn("wendy", PASSWORD)).body.outcome, "signed_in");
    assert.notEqual((await new Client(server).signIn("mallory", PASSWORD)).body.outcome, "signed_in");
  });

  test("an account is made with a role, and its link is shown once", { timeout: 60000 }, async () => {
    await page.goto(`${server.url}/people`);
    await page.getByRole("button", { name: "New account" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByText("Choose a name.").waitFor();
    await dialog.getByLabel("Name", { exact: true }).fill("WENDY");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByText("Somebody has this name").waitFor();
    await dialog.getByLabel("Name", { exact: true }).fill("carol");
    await dialog.getByRole("radio", { name: /^Administrator/ }).check();
    await sound(page, "new");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByText("shown only now").waitFor();
    assert.match(await dialog.getByLabel("Link", { exact: true }).inputValue(), /^http.*\/password#[\w.~-]+$/);
    await sound(page, "link");
    await dialog.getByRole("button", { name: "Done" }).click();
    await card("carol").getByText("Administrator").waitFor();

    await manage("carol");
    await card("carol").getByRole("button", { name: "Role" }).click();
    await dialog.getByRole("radio", { name: /^Member/ }).check();
    await dialog.getByRole("button", { name: "Give this role" }).click();
    await notice("“carol” has the role that you chose.");
    await card("carol").getByRole("button", { name: "Password link" }).click();
    await dialog.getByRole("button", { name: "Make the link" }).click();
    await dialog.getByText("Give this link to “carol”").waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();
    await card("carol").getByRole("button", { name: "Reset second factors" }).click();
    await dialog.getByRole("button", { name: "Reset" }).click();
    await notice("“carol” has no second factors any more.");
  });

  test("people are found by a part of their name", { timeout: 60000 }, async () => {
    await page.goto(`${server.url}/people`);
    await page.getByLabel("Search by name").fill("AR");
    await card("wendy").waitFor({ state: "detached" });
    await card("carol").waitFor();
    await page.getByLabel("Search by name").fill("zzz");
    await page.getByText("Nobody here has “zzz” in their name.").waitFor();
    await page.getByLabel("Search by name").fill("");
    await card("wendy").waitFor();
    // Oneself is not handled here.
    await manage(ROOT);
    await card(ROOT).getByText("This is you.").waitFor();
    assert.equal(await card(ROOT).getByRole("button", { name: "Ban" }).count(), 0);
  });

  test("an invitation lets somebody in; who is banned is signed out on an open page and told why", { timeout: 120000 }, async () => {
    await page.goto(`${server.url}/people`);
    await page.getByRole("button", { name: "Invite" }).click();
    const asked = page.getByRole("dialog");
    await asked.getByLabel("For how many people").fill("101");
    await asked.getByRole("button", { name: "Make the link" }).click();
    await asked.getByText("Choose a number from 1 to 100.").waitFor();
    await asked.getByLabel("For how many people").fill("2");
    await asked.getByLabel("Good for").selectOption("week");
    await asked.getByLabel("Note").fill("for the club");
    await sound(page, "invite");
    await asked.getByRole("button", { name: "Make the link" }).click();
    const link = await asked.getByLabel("Link", { exact: true }).inputValue();
    await asked.getByText("2 of 2 places left").waitFor();
    await sound(page, "invitation");
    await asked.getByRole("button", { name: "Done" }).click();

    const bob = await openPage(browser, PHONE);
    await bob.goto(server.url + link.slice(link.indexOf("/sign-up#")));
    await bob.getByLabel("Name", { exact: true }).fill("bob");
    await bob.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await bob.keyboard.press("Enter");
    await bob.getByRole("button", { name: "Account of bob" }).waitFor({ timeout: 20000 });
    await bob.goto(`${server.url}/account`);
    await bob.getByLabel("Display name").fill("Bobby");

    // Who came is told, the link can be had again, and once it is taken back nobody else comes.
    await page.reload();
    await page.locator("summary").filter({ hasText: "Invitations" }).click();
    const invitation = page.getByRole("listitem").filter({ hasText: "for the club" });
    await invitation.getByText("1 of 2 places left").waitFor();
    await invitation.getByText("Came by it: bob").waitFor();
    await sound(page, "invitations");
    await invitation.getByRole("button", { name: "Show the link" }).click();
    assert.equal(await asked.getByLabel("Link", { exact: true }).inputValue(), link);
    await asked.getByRole("img", { name: "QR code of the link" }).waitFor();
    await asked.getByRole("button", { name: "Done" }).click();
    await invitation.getByRole("button", { name: "Take back" }).click();
    await asked.getByRole("button", { name: "Take back" }).click();
    await notice("The invitation has been taken back.");
    await invitation.getByText("taken back").waitFor();
    assert.equal(await invitation.getByRole("button").count(), 0);
    const late = await new Client(server).signUp("late", PASSWORD, link.split("#")[1]);
    assert.equal(late.status, 403);

    await page.reload();
    await manage("bob");
    await card("bob").getByText(/Chrom/).first().waitFor();
    await sound(page, "open");
    await card("bob").getByRole("button", { name: "Ban", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("For how long").selectOption("until");
    await dialog.getByLabel("Until", { exact: true }).fill("2020-01-01T00:00");
    await dialog.getByRole("button", { name: "Ban", exact: true }).click();
    await dialog.getByText("still to come").waitFor();
    await dialog.getByLabel("For how long").selectOption("week");
    await dialog.getByLabel("Reason").fill(REASON);
    await sound(page, "ban");
    await dialog.getByRole("button", { name: "Ban", exact: true }).click();
    await notice("“bob” is banned.");
    await card("bob").getByText(REASON).waitFor();
    await sound(page, "banned");

    await bob.getByRole("button", { name: "Save" }).click();
    await bob.getByText("You were signed out.").waitFor({ timeout: 20000 });
    await bob.goto(`${server.url}/sign-in`);
    await bob.getByLabel("Name", { exact: true }).fill("bob");
    await bob.keyboard.press("Enter");
    await bob.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await bob.keyboard.press("Enter");
    await bob.getByText(REASON).waitFor({ timeout: 20000 });
    await sound(bob, "told");

    await card("bob").getByRole("button", { name: "Lift the ban" }).click();
    await notice("“bob” is banned no more.");
    await bob.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await bob.keyboard.press("Enter");
    await bob.getByRole("button", { name: "Account of bob" }).waitFor({ timeout: 20000 });
    await bob.context().close();
  });

  test("sessions of a person are listed and ended, and their data is exported for them", { timeout: 60000 }, async () => {
    await page.goto(`${server.url}/people`);
    await manage("wendy");
    await card("wendy").getByText("matinee-test").waitFor();
    const { name, text } = await downloaded(page, () => card("wendy").getByRole("button", { name: "Export their data" }).click());
    assert.match(name, /^matinee-wendy-\d{4}-\d\d-\d\d\.json$/);
    assert.equal(JSON.parse(text).account.name, "wendy");
    // One of two sessions, and then all that are left.
    const elsewhere = new Client(server, { web: true });
    assert.equal((await elsewhere.signIn("wendy", PASSWORD)).status, 200);
    const { sessions } = (await elsewhere.call("GET", "/api/v1/me/sessions")).body;
    assert.equal((await root.call("DELETE", `/api/v1/users/wendy/sessions/${sessions.find(({ current }) => current).id}`)).status, 200);
    assert.equal((await elsewhere.call("GET", "/api/v1/me")).status, 401);
    assert.equal((await wendy.call("GET", "/api/v1/me")).status, 200);
    await card("wendy").getByRole("button", { name: /^Sign out: / }).first().click();
    await notice("“wendy” is signed out there.");
    await card("wendy").getByText("Not signed in anywhere.").waitFor();
    assert.equal((await wendy.signIn("wendy", PASSWORD)).status, 200);
    await page.reload();
    await manage("wendy");
    await card("wendy").getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
    await notice("“wendy” is signed out everywhere.");
    await card("wendy").getByText("Not signed in anywhere.").waitFor();
    assert.equal((await wendy.call("GET", "/api/v1/me")).status, 401);
  });

  test("a profile has a display name and a language, and people are blocked and unblocked", { timeout: 90000 }, async () => {
    assert.equal((await wendy.signIn("wendy", PASSWORD)).status, 200);
    const own = await openPageOf(wendy);
    await own.goto(`${server.url}/account`);
    const field = own.getByLabel("Display name");
    await field.fill("ali\u200bce");
    await own.getByRole("button", { name: "Save" }).click();
    await own.getByText("characters that nobody can see").waitFor();
    await field.fill("CAROL");
    await own.getByRole("button", { name: "Save" }).click();
    await own.getByText("looks like the name of somebody else").waitFor();
    await field.fill("Wendy D.");
    await own.keyboard.press("Enter");
    await own.getByText("Your display name has been saved.").waitFor();
    await own.getByRole("heading", { level: 1, name: "Wendy D." }).waitFor();

    const blocked = own.getByRole("region", { name: "Blocked people" });
    await blocked.getByLabel("Name", { exact: true }).fill("nobody-at-all");
    await own.keyboard.press("Enter");
    await blocked.getByText("Nobody here has this name.").waitFor();
    await blocked.getByLabel("Name", { exact: true }).fill("wendy");
    await own.keyboard.press("Enter");
    await blocked.getByText("That is your own name.").waitFor();
    await blocked.getByLabel("Name", { exact: true }).fill("carol");
    await own.keyboard.press("Enter");
    await blocked.getByText("“carol” is blocked.").waitFor();
    await sound(own, "profile");

    await own.getByLabel("Language", { exact: true }).selectOption("zh-CN");
    await own.getByRole("heading", { name: "个人资料" }).waitFor();
    await own.getByText("语言已更改。").waitFor();
    await own.reload();
    await own.getByRole("heading", { name: "个人资料" }).waitFor();
    assert.equal((await wendy.call("GET", "/api/v1/me/profile")).body.language, "zh-CN");
    await own.getByLabel("语言", { exact: true }).selectOption("en");
    await blocked.getByRole("button", { name: "Unblock carol" }).click();
    await blocked.getByText("You have blocked nobody.").waitFor();

    await own.goto(`${server.url}/people`);
    await own.getByText("may not open this page").waitFor();
    await own.goto(`${server.url}/audit`);
    await own.getByText("may not open this page").waitFor();
    await sound(own, "refused");
    await own.context().close();
  });

  test("one's own data is downloaded, and the account closed after its name is typed; it can be restored", { timeout: 90000 }, async () => {
    const own = await openPageOf(wendy);
    await own.goto(`${server.url}/account`);
    await own.locator('a[href="/account/data"]').click();
    await own.getByRole("heading", { name: "Data and privacy" }).waitFor();
    await sound(own, "data");
    const { name, text } = await downloaded(own, () => own.getByRole("button", { name: "Download my data" }).click());
    assert.match(name, /^matinee-wendy-/);
    const data = JSON.parse(text);
    assert.deepEqual([data.account.name, data.profile.display_name], ["wendy", "Wendy D."]);
    assert.ok(data.sessions.some(({ current }) => current));
    assert.ok(data.actions.some(({ action }) => action.endsWith("/UpdateProfile")));
    await own.getByText("The file is in your downloads.").waitFor();

    await own.getByRole("button", { name: /Close my account/ }).click();
    const dialog = own.getByRole("dialog");
    await dialog.getByLabel(/to confirm/).fill("bob");
    await dialog.getByRole("button", { name: "Close my account" }).click();
    await dialog.getByRole("alert").waitFor();
    await sound(own, "close");
    await dialog.getByLabel(/to confirm/).fill("wendy");
    await own.keyboard.press("Enter");
    await own.getByRole("heading", { name: "Your account is closed" }).waitFor();
    await own.getByRole("button", { name: "Account of wendy" }).waitFor({ state: "detached" });
    assert.equal(await own.getByText("You were signed out.").count(), 0, "nobody else did it");
    await sound(own, "closed");
    await own.context().close();
    assert.notEqual((await new Client(server).signIn("wendy", PASSWORD)).body.outcome, "signed_in");

    await page.goto(`${server.url}/people`);
    await show("Closed");
    await manage("wendy");
    await card("wendy").getByText(/Can be restored until/).waitFor();
    await sound(page, "restore");
    await card("wendy").getByRole("button", { name: "Restore the account" }).click();
    await notice("The account of “wendy” is as it was before.");
    assert.equal((await wendy.signIn("wendy", PASSWORD)).body.outcome, "signed_in");
  });

  test("the last owner does not close their account", { timeout: 60000 }, async () => {
    await page.goto(`${server.url}/account/data`);
    await page.getByRole("button", { name: /Close my account/ }).click();
    await page.getByRole("dialog").getByLabel(/to confirm/).fill(ROOT);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("the only owner of this server").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("dialog").count(), 0);
  });

  test("the audit log tells who did what, and what was changed; it is filtered, downloaded and found whole", { timeout: 90000 }, async () => {
    await page.goto(`${server.url}/people`);
    await manage("bob");
    await card("bob").getByRole("link", { name: /in the audit log/ }).click();
    await page.getByRole("heading", { name: "Audit log" }).waitFor();
    await page.getByText("Created an account").first().waitFor();
    assert.equal(await page.getByText("Banned", { exact: true }).count(), 0, "that was another person");
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByText("Closed their own account").first().waitFor();
    await sound(page, "audit");

    await page.getByLabel("Action", { exact: true }).fill("/BanUser");
    await page.keyboard.press("Enter");
    const entry = page.locator("details").filter({ hasText: "Banned" });
    await page.getByText("Closed their own account").waitFor({ state: "detached" });
    await entry.first().waitFor();
    assert.equal(await entry.count(), 1);
    await entry.locator("summary").focus();
    await page.keyboard.press("Enter");
    await entry.getByRole("row", { name: /Reason of the ban/ }).getByText(REASON).waitFor();
    assert.match(page.url(), /action=%2FBanUser/);
    await entry.locator("summary").getByText("bob", { exact: true }).waitFor();
    await sound(page, "audit-entry");

    const some = await downloaded(page, () => page.getByRole("link", { name: "Download these" }).click());
    const lines = some.text.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual([some.name, lines.length, lines[1].end], ["matinee-audit.jsonl", 2, true]);

    await page.getByLabel("Who", { exact: true }).fill("nobody-at-all");
    await page.keyboard.press("Enter");
    await page.getByText("No entry fits.").waitFor();
    await page.getByLabel("From", { exact: true }).fill("2026-02-01T00:00");
    await page.getByLabel("To", { exact: true }).fill("2026-01-01T00:00");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByText("The end must be later").waitFor();

    await page.getByRole("button", { name: "Check the log" }).click();
    await page.getByText("The log is whole.").waitFor();
    const anchor = await page.getByLabel("Anchor", { exact: true }).first().inputValue();
    assert.match(anchor, /^\d+:[0-9a-f]{64}$/);
    await sound(page, "audit-whole");
    await page.getByText("Compare with an earlier check").click();
    const given = page.getByLabel("Anchor", { exact: true }).last();
    await given.fill("nonsense");
    await page.getByRole("button", { name: "Check the log" }).click();
    await page.getByText("This is no anchor.").waitFor();
    await given.fill(anchor.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")));
    await page.getByRole("button", { name: "Check the log" }).click();
    await page.getByText("the log was written anew").waitFor();
  });

  describe("looked at", () => {
    const views = [
      { name: "list", path: "/people", ready: (of) => of.getByRole("article", { name: "bob" }).waitFor() },
      {
        name: "person", path: "/people",
        ready: async (of) => {
          await of.getByRole("article", { name: "bob" }).getByRole("button").click();
          await of.getByText(/Chrom/).first().waitFor();
        },
      },
      {
        name: "invitations", path: "/people",
        ready: async (of) => {
          await of.locator("summary").first().click();
          await of.getByText("for the club").waitFor();
        },
      },
      { name: "audit", path: "/audit", ready: (of) => of.locator("details summary").first().waitFor() },
      {
        name: "audit-entry", path: "/audit?action=BanUser",
        ready: async (of) => {
          await of.locator("li details summary").last().click();
          await of.getByText(REASON).first().waitFor();
        },
      },
      { name: "account", path: "/account", ready: (of) => of.locator("select").first().waitFor() },
      { name: "data", path: "/account/data", ready: (of) => of.locator("dl").first().waitFor() },
    ];
    for (const { name: setting, ...options } of LOOKS) {
      test(setting, { timeout: 120000 }, async () => {
        for (const view of views) {
          const shown = await openPageOf(root, options);
          await shown.goto(server.url + view.path);
          await view.ready(shown);
          await sound(shown, `${view.name}-${setting}`);
          await screenshot(shown, `people-${view.name}-${setting}`, { fullPage: true });
          await shown.context().close();
        }
      });
    }
  });

  test("an alteration of the database is told, with the place where it begins", { timeout: 60000 }, async () => {
    const sql = "DROP TRIGGER audit_is_append_only; UPDATE audit SET actor = 'nobody' WHERE place = 2;";
    const script = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=10); db.executescript(sys.argv[2]); db.commit()";
    assert.equal(spawnSync("python3", ["-c", script, join(server.dataDir, "matinee.db"), sql]).status, 0);
    await page.goto(`${server.url}/audit`);
    await page.getByRole("button", { name: "Check the log" }).click();
    await page.getByText("The log is not whole.").waitFor();
    await page.getByText("Entry 2 is not as it was written.").waitFor();
    await sound(page, "audit-broken");
  });
});
