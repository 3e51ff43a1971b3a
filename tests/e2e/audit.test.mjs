// The audit log of the real server: what people do is in it, it can be read, exported and verified, while the server runs and while it does not.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client } from "./support/account.mjs";
import { matinee, Server, until } from "./support/matinee.mjs";

const PASSWORD = "correct horse 電池 staple";

before(() => opaque.ready);

/** The hash as docs/operate/audit.md and store/audit_chain.h have it, computed by other hands. */
function hashOf(entry) {
  const number = (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value));
    return bytes;
  };
  const text = (value) => {
    const bytes = Buffer.from(value, "utf8");
    return Buffer.concat([number(bytes.length), bytes]);
  };
  const fields = ["actor", "action", "target", "detail", "address", "request_id", "before", "after", "previous_hash"];
  const parts = [text("matinee audit 1"), number(entry.id), number(Date.parse(entry.at)), ...fields.map((name) => text(entry[name]))];
  return createHash("sha256").update(Buffer.concat(parts)).digest("hex");
}

describe("the audit log", () => {
  let server, root;
  const cli = (...args) => matinee(["audit", ...args, "--data-dir", server.dataDir]);
  const list = async (query = "") => (await root.call("GET", `/api/v1/audit${query}`)).body.entries;
  const exported = async (headers) => {
    const answer = await fetch(`${server.url}/audit/export.jsonl`, { headers });
    return { status: answer.status, text: await answer.text() };
  };

  before(async () => {
    server = await Server.start({ isNew: true });
    const token = await until("the banner", () => /\/setup#(\S+)/.exec(server.output)?.[1]);
    root = new Client(server);
    assert.equal((await root.signUp("Ada", PASSWORD, token)).status, 200);
  });
  after(() => server?.close());

  test("has sign-ins, good and bad, with whose name was tried and from where", async () => {
    assert.equal((await new Client(server).signIn("Ada", "not the password")).status, 401);
    assert.equal((await new Client(server).signIn("Ada", PASSWORD)).status, 200);
    const [good, bad] = await list("?action=FinishPasswordSignIn");
    assert.match(good.actor, /^user Ada \(u/);
    assert.match(good.detail, /ok$/);
    assert.equal(bad.actor, "anonymous");
    assert.equal(bad.target, "Ada");
    assert.match(bad.detail, /unauthenticated$/);
    assert.equal(bad.address, "127.0.0.1");
  });

  test("tells what was changed, and no secret", async () => {
    assert.equal((await root.call("POST", "/api/v1/users", { name: "bob" })).status, 201);
    assert.equal((await root.call("PUT", "/api/v1/users/bob/role", { role: "admin" })).status, 200);
    const [entry] = await list("?action=SetUserRole");
    assert.deepEqual([JSON.parse(entry.before), JSON.parse(entry.after)], [{ role: "user" }, { role: "admin" }]);
    const made = await root.call("POST", "/api/v1/api-keys", { name: "reader", scopes: ["admin"] });
    assert.equal(made.status, 201);
    assert.equal((await server.rest("GET", "/api/v1/streams", undefined, { key: made.body.key })).status, 200);
    await until("the connection of the key", async () => (await list("?action=api_keys.connect")).some(({ target }) => target === made.body.id));
    const all = JSON.stringify(await list("?page_size=500"));
    for (const secret of [made.body.key, PASSWORD]) assert.ok(!all.includes(secret));
  });

  test("is exported whole, each hash as another program computes it, and only to who may", async () => {
    assert.equal((await exported({})).status, 401);
    const { status, text } = await exported({ authorization: `Bearer ${root.tokens.access_token}` });
    assert.equal(status, 200);
    const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    const end = lines.pop();
    assert.deepEqual([end.end, end.entries], [true, lines.length]);
    let previous = "0".repeat(64);
    lines.forEach((entry, i) => {
      assert.equal(entry.id, String(i + 1));
      assert.equal(entry.previous_hash, previous);
      assert.equal(entry.hash, hashOf(entry));
      previous = entry.hash;
    });
    assert.equal(end.anchor, `${lines.length}:${previous}`);
    assert.equal(lines.at(-1).action, "audit.export");
  });

  test("is verified by the command line, with the server and without, and an alteration is found", async () => {
    const whole = await cli("verify", "--output", "json");
    assert.equal(whole.code, 0, whole.stderr);
    const { anchor, state } = JSON.parse(whole.stdout);
    assert.equal(state, "whole");
    assert.match((await cli("list", "--actor", "Ada")).stdout, /SetUserRole/);
    await server.stop();
    const later = await cli("verify", "--anchor", anchor);
    assert.equal(later.code, 0, later.stdout + later.stderr);
    const lines = (await cli("export")).stdout.trimEnd().split("\n");
    assert.ok(lines.length >= Number(anchor.split(":")[0]));

    const sql = "DROP TRIGGER audit_is_append_only; UPDATE audit SET actor = 'nobody' WHERE place = 2;";
    const script = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.executescript(sys.argv[2]); db.commit()";
    assert.equal(spawnSync("python3", ["-c", script, join(server.dataDir, "matinee.db"), sql]).status, 0);
    const broken = await cli("verify");
    assert.equal(broken.code, 1);
    assert.match(broken.stdout, /Entry 2 is not as it was written/);
  });
});
