// Factors on the real server: a passkey of Chromium's virtual authenticator, codes of oathtool, recovery codes, and proving once more who one
// is. The page is one of the server that runs no script of ours: what is tried is the calls and the browser.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client } from "./support/account.mjs";
import { openBrowser, openPage } from "./support/browser.mjs";
import { freePort, matinee, Server, until } from "./support/matinee.mjs";

const PASSWORD = "correct horse 電池 staple";
const AUTHENTICATOR = {
  protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
};

before(() => opaque.ready);

/** What an authenticator app would show `ahead` seconds from now. */
function code(secret, ahead = 0) {
  const time = new Date(Date.now() + ahead * 1000).toISOString().slice(0, 19).replace("T", " ");
  return execFileSync("oathtool", ["--totp", "--base32", `--now=${time} UTC`, secret], { encoding: "utf8" }).trim();
}

const create = (page, options) =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(json));
    return JSON.stringify((await navigator.credentials.create({ publicKey })).toJSON());
  }, options);
const get = (page, options) =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(json));
    return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
  }, options);

describe("factors", { concurrency: 1 }, () => {
  let server, browser, page, ada, recoveryCodes;

  before(async () => {
    const port = await freePort();
    server = await Server.start({ isNew: true, port, env: { MATINEE_SERVER_PUBLIC_URL: `http://localhost:${port}` } });
    const token = await until("the set-up link", () => /\/setup#(\S+)/.exec(server.output)?.[1]);
    ada = new Client(server);
    const made = await ada.signUp("Ada", PASSWORD, token);
    assert.equal(made.status, 200, JSON.stringify(made.body));
    browser = await openBrowser();
    page = await openPage(browser);
    await page.goto(`http://localhost:${port}/health/live`);
    const debug = await page.context().newCDPSession(page);
    await debug.send("WebAuthn.enable");
    await debug.send("WebAuthn.addVirtualAuthenticator", { options: AUTHENTICATOR });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const ok = (answer) => {
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };

  test("a passkey is added, and signs in without a name", { timeout: 60000 }, async () => {
    const begun = ok(await ada.call("POST", "/api/v1/me/passkeys", {}));
    const credential_json = await create(page, begun.options_json);
    const added = ok(await ada.call("POST", "/api/v1/me/passkeys/finish", { registration_id: begun.registration_id, credential_json, name: "Laptop" }));
    assert.equal(added.passkey.name, "Laptop");
    assert.equal(added.recovery_codes.length, 10);
    recoveryCodes = added.recovery_codes;

    const somebody = new Client(server);
    const asked = ok(await somebody.call("POST", "/api/v1/sign-in/passkey", {}));
    const proof = { sign_in_id: asked.sign_in_id, credential_json: await get(page, asked.options_json) };
    const signedIn = ok(await somebody.call("POST", "/api/v1/sign-in/passkey/finish", proof));
    assert.equal(signedIn.outcome, "signed_in");
    assert.equal(signedIn.user.name, "Ada");
    assert.equal((await somebody.call("POST", "/api/v1/sign-in/passkey/finish", proof)).status, 401, "once");
    somebody.tokens = signedIn.session;
    const sessions = ok(await somebody.call("GET", "/api/v1/me/sessions")).sessions;
    assert.equal(sessions.find((session) => session.current).method, "passkey");
  });

  test("after the password it is asked for, or a recovery code, which works once", { timeout: 60000 }, async () => {
    const half = ok(await new Client(server).signIn("ada", PASSWORD));
    assert.equal(half.outcome, "second_factor");
    assert.deepEqual(half.user.role, "", "nothing of the account is told");
    assert.equal(half.session, undefined);
    const { challenge_id, kinds } = half.second_factor;
    assert.deepEqual(kinds, ["passkey", "recovery_code"]);
    const { options_json } = ok(await new Client(server).call("POST", "/api/v1/sign-in/second-factor/passkey", { challenge_id }));
    const credential_json = await get(page, options_json);
    const whole = ok(await new Client(server).call("POST", "/api/v1/sign-in/second-factor", { challenge_id, credential_json }));
    assert.equal(whole.outcome, "signed_in");

    const byCode = async (recovery_code) => {
      const again = ok(await new Client(server).signIn("ada", PASSWORD));
      return new Client(server).call("POST", "/api/v1/sign-in/second-factor", { challenge_id: again.second_factor.challenge_id, recovery_code });
    };
    assert.equal(ok(await byCode(recoveryCodes[0].toUpperCase())).outcome, "signed_in");
    const refused = await byCode(recoveryCodes[0]);
    assert.deepEqual([refused.status, refused.body.field], [401, "recovery_code"]);
  });

  test("codes of oathtool set an app up and sign in, each once", { timeout: 60000 }, async () => {
    const begun = ok(await ada.call("POST", "/api/v1/me/totp", {}));
    assert.match(begun.address, /^otpauth:\/\/totp\/Matinee:Ada\?secret=[A-Z2-7]{32}&issuer=Matinee/);
    ok(await ada.call("POST", "/api/v1/me/totp/finish", { totp_id: begun.totp_id, code: code(begun.secret) }));
    const totp_code = code(begun.secret, 30);
    const first = ok(await new Client(server).signIn("ada", PASSWORD)).second_factor;
    const second = ok(await new Client(server).signIn("ada", PASSWORD)).second_factor;
    assert.deepEqual(first.kinds, ["passkey", "totp", "recovery_code"]);
    const answers = await Promise.all(
      [first, second].map(({ challenge_id }) => new Client(server).call("POST", "/api/v1/sign-in/second-factor", { challenge_id, totp_code })),
    );
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 401]);
  });

  test("the command line takes them from who has lost them", { timeout: 60000 }, async () => {
    const { code: exit, stdout, stderr } = await matinee(["user", "reset-factors", "ada", "--data-dir", server.dataDir]);
    assert.equal(exit, 0, stderr);
    assert.match(stdout, /signed out everywhere/);
    assert.equal((await ada.call("GET", "/api/v1/me")).status, 401);
    assert.equal(ok(await new Client(server).signIn("ada", PASSWORD)).outcome, "signed_in");
  });
});

test("a domain and a page that cannot go together stop the start, with what to write", { timeout: 30000 }, async () => {
  const env = { MATINEE_WEBAUTHN_RP_ID: "example.org", MATINEE_WEBAUTHN_RP_ORIGIN: "https://watch.example.com" };
  await assert.rejects(Server.start({ isNew: true, env }), /must be on example\.org or below it/);
});
