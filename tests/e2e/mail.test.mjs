// Letters of the real server through a real mail server with STARTTLS: an address is confirmed, a password is set anew, a new device is told,
// a code signs in; and what nobody may put into a letter.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client } from "./support/account.mjs";
import { remove, temporaryFolder } from "./support/children.mjs";
import { Exim } from "./support/exim.mjs";
import { matinee, Server, sleep, until } from "./support/matinee.mjs";

const PASSWORD = "correct horse 電池 staple";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

before(() => opaque.ready);

const ok = (answer, status = 200) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return answer.body;
};
const tokenIn = (mail, page) => new RegExp(`http://[^ ]+/${page}#([a-z2-7]{32})`).exec(mail.text)?.[1];

describe("letters", { concurrency: 1 }, () => {
  let exim, server, anna;
  /** Those that `cause` brings about, `count` of them and no more. */
  const lettersOf = async (count, cause) => {
    const before = exim.files;
    await cause();
    const mails = await exim.mails(count, before);
    await sleep(300);
    assert.equal(exim.files.length, before.length + count, "no more than that");
    return mails;
  };
  const client = (address = "192.0.2.1", agent = FIREFOX) => new Client(server, { agent, headers: { "x-forwarded-for": address } });

  before(async () => {
    exim = await Exim.start();
    server = await Server.start({
      env: {
        ...exim.env, MATINEE_ACCOUNTS_SIGN_UP: "open", MATINEE_ACCOUNTS_SIGN_UP_NEEDS_ADDRESS: "true", MATINEE_ACCOUNTS_ALLOW_MAIL_CODES: "true",
        MATINEE_ACCOUNTS_ALLOWED_MAIL_DOMAINS: "example.net, *.example.com", MATINEE_SERVER_TRUSTED_PROXIES: "127.0.0.1",
      },
    });
  });
  after(async () => {
    await server?.close();
    await exim?.close();
  });

  test("an account waits for its address, in the language of who made it", { timeout: 60000 }, async () => {
    const facts = ok(await client().call("GET", "/api/v1/server"));
    assert.deepEqual([facts.sign_up_needs_address, facts.mail_possible], [true, true]);
    anna = client();
    const without = await anna.signUp("anna", PASSWORD);
    assert.deepEqual([without.status, without.body.field], [400, "mail_address"]);
    const elsewhere = await anna.signUp("anna", PASSWORD, "", { mail_address: "anna@example.org" });
    assert.equal(elsewhere.status, 403);
    assert.match(elsewhere.body.detail, /example\.org/);
    const [mail] = await lettersOf(1, async () => {
      assert.equal(ok(await anna.signUp("anna", PASSWORD, "", { mail_address: "Anna@Example.NET" })).outcome, "waiting_for_confirmation");
    });
    assert.equal(mail.envelope_to, "Anna@example.net");
    assert.match(mail.received, /esmtpsa/i, "by TLS, and signed in");
    assert.deepEqual(mail.defects, []);
    assert.match(mail.html, /href="http:\/\/[^"]+\/verify#/);
    const [again] = await lettersOf(1, async () => {
      assert.equal(ok(await client().signIn("anna", PASSWORD)).outcome, "waiting_for_confirmation");
    });
    const stale = await client().call("POST", "/api/v1/mail-addresses/confirm", { token: tokenIn(mail, "verify") });
    assert.deepEqual([stale.status, stale.body.field], [409, "token"]);
    const token = tokenIn(again, "verify");
    assert.equal(ok(await client().call("POST", "/api/v1/mail-addresses/confirm", { token })).outcome, "account_ready");
    assert.equal((await client().call("POST", "/api/v1/mail-addresses/confirm", { token })).status, 409, "once");
    assert.equal(ok(await anna.signIn("anna", PASSWORD)).outcome, "signed_in");
    const { addresses } = ok(await anna.call("GET", "/api/v1/me/mail-addresses"));
    assert.deepEqual(addresses.map(({ address, verified, primary }) => [address, verified, primary]), [["Anna@example.net", true, true]]);
  });

  test("a new device is told, a known one is not, and nothing that it sends becomes a header", { timeout: 60000 }, async () => {
    const [mail] = await lettersOf(1, async () => ok(await client("198.51.100.9", "Evil/1.0 <a href=http://evil.example>").signIn("anna", PASSWORD)));
    assert.match(mail.subject, /new device/i);
    assert.match(mail.text, /198\.51\.100\.9/);
    assert.doesNotMatch(mail.text, /#[a-z2-7]{32}/, "no link of it signs anybody in");
    assert.doesNotMatch(mail.html, /href="http:\/\/evil/);
    await lettersOf(0, async () => ok(await client("198.51.100.10", "Evil/1.0 other").signIn("anna", PASSWORD)));
  });

  test("a password is set anew by letter, three times an hour, and the answer tells nothing", { timeout: 60000 }, async () => {
    const other = client("203.0.113.1");
    ok(await other.signIn("anna", PASSWORD));
    await until("the letter of that device", () => exim.files.length >= 4);
    const answers = [];
    const mails = await lettersOf(3, async () => {
      for (const account of ["anna", "ANNA@example.net", "nobody", "nobody@example.net", "anna", "anna"]) {
        answers.push(await client("203.0.113.7").call("POST", "/api/v1/password-reset", { account }));
        await sleep(5);
      }
    });
    for (const answer of answers) assert.deepEqual([answer.status, answer.body], [200, {}]);
    const token = tokenIn(mails[0], "password");
    const [changed] = await lettersOf(1, async () => {
      const set = await client().signUp("", "a new password, rather long", token);
      assert.equal(ok(set).outcome, "signed_in");
    });
    assert.match(changed.text, /The password was changed/);
    assert.equal((await other.call("GET", "/api/v1/me")).status, 401, "all sessions have ended");
    assert.equal((await client().signUp("", "another one", tokenIn(mails[1], "password"))).status, 403, "the others ended with it");
    ok(await anna.signIn("anna", "a new password, rather long"));
  });

  test("a code by mail is the second step, once", { timeout: 60000 }, async () => {
    await lettersOf(1, async () => ok(await anna.call("PUT", "/api/v1/me/letters", { mail_codes: true })));
    const half = ok(await client().signIn("anna", "a new password, rather long"));
    assert.deepEqual([half.outcome, half.second_factor.kinds, half.second_factor.mail_address], ["second_factor", ["mail_code"], "A***@e***.net"]);
    const { challenge_id } = half.second_factor;
    const [mail] = await lettersOf(1, async () => {
      const sent = ok(await client().call("POST", "/api/v1/sign-in/second-factor/mail-code", { challenge_id }));
      assert.deepEqual(sent, { address: "A***@e***.net", good_for_seconds: 600 });
    });
    const mail_code = /^(\d{6})$/m.exec(mail.text)[1];
    const wrong = await client().call("POST", "/api/v1/sign-in/second-factor", { challenge_id, mail_code: mail_code === "123456" ? "654321" : "123456" });
    assert.deepEqual([wrong.status, wrong.body.field], [401, "mail_code"]);
    assert.equal(ok(await client().call("POST", "/api/v1/sign-in/second-factor", { challenge_id, mail_code })).outcome, "signed_in");
    const next = ok(await client().signIn("anna", "a new password, rather long")).second_factor.challenge_id;
    assert.equal((await client().call("POST", "/api/v1/sign-in/second-factor", { challenge_id: next, mail_code })).status, 401);
  });

  test("a second address, the primary one, and the former address is told", { timeout: 60000 }, async () => {
    const [verify] = await lettersOf(1, async () => ok(await anna.call("POST", "/api/v1/me/mail-addresses", { address: "anna@mail.example.com" }), 201));
    await lettersOf(1, async () => ok(await anna.call("POST", "/api/v1/mail-addresses/confirm", { token: tokenIn(verify, "verify") })));
    const { addresses } = ok(await anna.call("GET", "/api/v1/me/mail-addresses"));
    const second = addresses.find(({ primary }) => !primary);
    const told = await lettersOf(2, async () => ok(await anna.call("PUT", `/api/v1/me/mail-addresses/${second.id}/primary`, {})));
    assert.deepEqual(told.map((mail) => mail.envelope_to).sort(), ["Anna@example.net", "anna@mail.example.com"]);
    const data = ok(await anna.call("GET", "/api/v1/me/data"));
    assert.deepEqual(data.mail_addresses.map(({ address }) => address).sort(), ["Anna@example.net", "anna@mail.example.com"]);
  });

  test("the command line adds and removes addresses", { timeout: 60000 }, async () => {
    const cli = async (...args) => {
      const { code, stdout, stderr } = await matinee(["user", "address", "anna", ...args, "--data-dir", server.dataDir]);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    // One to who reads the letters of the account for each, and one to the address that is gone.
    await lettersOf(3, async () => {
      assert.match(await cli("--add", "operator@example.org", "--verified"), /operator@example\.org/);
      assert.match(await cli(), /anna@mail\.example\.com +yes +yes/);
      assert.doesNotMatch(await cli("--remove", "operator@example.org"), /operator/);
    });
    const audit = await matinee(["audit", "list", "--output", "json", "--data-dir", server.dataDir]);
    assert.equal(audit.code, 0, audit.stderr);
    assert.match(audit.stdout, /"anna o\*\*\*@e\*\*\*\.org"/, "the removal, and not the address");
    assert.doesNotMatch(audit.stdout, /operator@example\.org/);
  });

  test("no address and no name writes a header", { timeout: 60000 }, async () => {
    const evil = ["a\r\nBcc: b@example.net", "a@example.net\r\nBcc: b@example.net", "a@example.net\nBcc: b", "a@example.net\rBcc: b", "a\0@example.net", "\u202Ea@example.net",
      "<a@example.net>", "a@example.net, b@example.net", '"a"@example.net', "a@[127.0.0.1]", "a@exa\r\nmple.net"];
    await lettersOf(0, async () => {
      for (const address of evil) {
        const refused = await anna.call("POST", "/api/v1/me/mail-addresses", { address }, { "x-forwarded-for": `192.0.2.${evil.indexOf(address) + 20}` });
        assert.ok([400, 429].includes(refused.status), JSON.stringify([address, refused.status]));
        assert.equal((await client(`192.0.2.${evil.indexOf(address) + 20}`).call("POST", "/api/v1/password-reset", { account: address })).status, 200);
      }
    });
  });

  test("the server ends while it has letters to carry, and its log tells no secrets", { timeout: 60000 }, async () => {
    ok(await anna.call("PUT", "/api/v1/me/letters", { mail_codes: false }));
    assert.equal((await server.stop()).code, 0, server.log.slice(-2000));
    assert.doesNotMatch(server.log, /verify#|password#|anna@mail\.example\.com/i, "no link and no address in the log");
  });
});

test("a mail server that is set while the server runs counts after a reload, and so does one that is taken away", { timeout: 60000 }, async () => {
  const folder = temporaryFolder("mail-reload");
  const configFile = join(folder, "matinee.yaml");
  const without = "accounts:\n  sign_up: open\n";
  writeFileSync(configFile, without);
  const exim = await Exim.start();
  const server = await Server.start({ isNew: true, args: ["--config", configFile] });
  const sendsMail = async () => ok(await new Client(server).call("GET", "/api/v1/server")).mail_possible === true;
  try {
    assert.equal(await sendsMail(), false);
    const mail = { smtp_host: "localhost", smtp_port: exim.port, smtp_username: exim.env.MATINEE_EMAIL_SMTP_USERNAME, smtp_password: exim.env.MATINEE_EMAIL_SMTP_PASSWORD,
      ca_file: exim.authority, from_address: "matinee@example.org" };
    writeFileSync(configFile, `${without}email:\n${Object.entries(mail).map(([key, value]) => `  ${key}: ${value}\n`).join("")}`);
    server.process.kill("SIGHUP");
    await until("mail is possible", sendsMail);
    const ben = new Client(server);
    assert.equal(ok(await ben.signUp("ben", PASSWORD, "", { mail_address: "ben@example.net" })).outcome, "signed_in", "an address is not needed here");
    const [mailOfBen] = await exim.mails(1);
    ok(await ben.call("POST", "/api/v1/mail-addresses/confirm", { token: tokenIn(mailOfBen, "verify") }));
    writeFileSync(configFile, without);
    server.process.kill("SIGHUP");
    await until("mail is no more", async () => !(await sendsMail()));
    assert.equal((await ben.call("POST", "/api/v1/me/mail-addresses", { address: "b2@example.net" })).status, 409);
    assert.equal((await server.stop()).code, 0);
  } finally {
    await server.close();
    await exim.close();
    remove(folder);
  }
});

test("without a mail server what needs one says so, and the settings that need it stop the start", { timeout: 60000 }, async () => {
  const server = await Server.start({ isNew: true, env: { MATINEE_ACCOUNTS_SIGN_UP: "open" } });
  try {
    const refused = await new Client(server).call("POST", "/api/v1/password-reset", { account: "anna" });
    assert.deepEqual([refused.status, refused.body.field], [409, "email.smtp_host"]);
    assert.equal(ok(await new Client(server).call("GET", "/api/v1/server")).mail_possible ?? false, false);
  } finally {
    await server.close();
  }
  await assert.rejects(Server.start({ isNew: true, env: { MATINEE_ACCOUNTS_SIGN_UP_NEEDS_ADDRESS: "true" } }), /email\.smtp_host/);
});
