// People's pictures on the real server: each kind of file goes in, a square JPEG without anything of it comes out, and what is no picture is
// told so. Files are made by ffmpeg, and what comes is looked at by ffmpeg.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import opaque from "@serenity-kit/opaque";
import { Client } from "./support/account.mjs";
import { remove, temporaryFolder } from "./support/children.mjs";
import { run, Server, until } from "./support/matinee.mjs";

const PASSWORD = "correct horse 電池 staple";

before(() => opaque.ready);

/** Of ISO 3309, as PNG has it. */
function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

describe("avatars", () => {
  let server, root, alice, me, folder;
  const base64 = (bytes) => Buffer.from(bytes).toString("base64");
  const put = (bytes, who = alice) => who.call("PUT", "/api/v1/me/avatar", { image: base64(bytes) });
  const get = (path, headers = {}, method = "GET") => fetch(`${server.url}${path}`, { method, headers });

  async function made(name, ...args) {
    const path = join(folder, name);
    const done = await run("ffmpeg", ["-nostdin", "-y", "-v", "error", ...args, path]);
    assert.equal(done.code, 0, done.stderr);
    return readFileSync(path);
  }
  const plain = (colour, name, ...more) => made(name, "-f", "lavfi", "-i", `color=c=${colour}:s=320x200:d=0.2`, "-frames:v", "1", ...more);

  /** Size, and the colour of the point in the middle, as ffmpeg sees them. */
  async function seen(bytes) {
    const path = join(folder, "seen.jpg");
    writeFileSync(path, bytes);
    const probe = await run("ffprobe", ["-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", path]);
    const raw = join(folder, "seen.rgb");
    await run("ffmpeg", ["-nostdin", "-y", "-v", "error", "-i", path, "-vf", "format=rgb24,crop=1:1", "-f", "rawvideo", raw]);
    return { what: probe.stdout.trim(), rgb: [...readFileSync(raw)].slice(0, 3) };
  }
  function near(rgb, wanted) {
    assert.ok(wanted.every((value, i) => Math.abs(value - rgb[i]) < 16), `${rgb} is not ${wanted}`);
  }
  const segment = (marker, content) => Buffer.concat([Buffer.from([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255]), content]);
  const withSegment = (jpeg, part) => Buffer.concat([jpeg.subarray(0, 2), part, jpeg.subarray(2)]);

  before(async () => {
    folder = temporaryFolder("avatars");
    server = await Server.start({ isNew: true, env: { MATINEE_ACCOUNTS_SIGN_UP: "open", MATINEE_SERVER_TRUSTED_PROXIES: "127.0.0.1" } });
    const token = await until("the banner", () => /\/setup#(\S+)/.exec(server.output)?.[1]);
    root = new Client(server);
    assert.equal((await root.signUp("Ada", PASSWORD, token)).status, 200);
    alice = new Client(server);
    assert.equal((await alice.signUp("alice", PASSWORD)).status, 200);
    me = (await alice.call("GET", "/api/v1/me")).body;
    assert.equal(me.avatar, "");
  });
  after(async () => {
    await server?.close();
    remove(folder);
  });

  test("each kind of file becomes a JPEG of 256 by 256", async () => {
    const files = {
      red: [await plain("red", "red.jpg"), [254, 0, 0]],
      blue: [await plain("blue", "blue.png"), [0, 0, 254]],
      white: [await plain("white", "white.webp", "-c:v", "libwebp"), [255, 255, 255]],
      black: [await plain("black", "black.gif"), [0, 0, 0]],
    };
    const paths = new Set();
    for (const [bytes, colour] of Object.values(files)) {
      const answer = await put(bytes);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.match(answer.body.avatar, new RegExp(`^/avatars/${me.id}\\.jpg\\?v=[0-9a-f]{16}$`));
      paths.add(answer.body.avatar);
      const picture = await get(answer.body.avatar);
      assert.equal(picture.status, 200);
      const { what, rgb } = await seen(Buffer.from(await picture.arrayBuffer()));
      assert.equal(what, "mjpeg,256,256");
      near(rgb, colour);
      assert.equal((await alice.call("GET", "/api/v1/me")).body.avatar, answer.body.avatar);
      assert.equal((await alice.call("GET", "/api/v1/me/profile")).body.avatar, answer.body.avatar);
    }
    assert.equal(paths.size, 4);
    const listed = (await root.call("GET", "/api/v1/users")).body.users.find(({ name }) => name === "alice");
    assert.ok(paths.has(listed.avatar));
  });

  test("is cached by who names it, asked for again by who does not, and can do nothing in a browser", async () => {
    const { avatar } = (await alice.call("GET", "/api/v1/me")).body;
    const named = await get(avatar);
    assert.equal(named.headers.get("cache-control"), "public, max-age=31536000, immutable");
    assert.equal(named.headers.get("content-type"), "image/jpeg");
    assert.equal(named.headers.get("x-content-type-options"), "nosniff");
    assert.match(named.headers.get("content-security-policy"), /default-src 'none'.*sandbox/);
    const etag = named.headers.get("etag");
    assert.equal(etag, `"${avatar.split("=")[1]}"`);
    const bare = await get(avatar.split("?")[0]);
    assert.equal(bare.headers.get("cache-control"), "public, no-cache");
    assert.equal((await get(`${avatar.split("?")[0]}?v=old`)).headers.get("cache-control"), "public, no-cache");
    const again = await get(avatar, { "if-none-match": etag });
    assert.equal(again.status, 304);
    assert.equal((await again.arrayBuffer()).byteLength, 0);
    assert.equal(again.headers.get("etag"), etag);
    assert.equal((await get(avatar, { "if-none-match": '"other"' })).status, 200);
    const head = await get(avatar, {}, "HEAD");
    assert.equal(head.status, 200);
    assert.equal(Number(head.headers.get("content-length")), (await named.arrayBuffer()).byteLength);
    for (const none of ["/avatars/unobody.jpg", "/avatars/..%2f..%2fetc.jpg", `/avatars/${"u".repeat(500)}.jpg`, "/avatars/%00.jpg"])
      assert.ok([400, 404].includes((await get(none)).status), none);
    assert.equal((await get(avatar, {}, "POST")).status, 405);
  });

  test("has nothing of the place, the camera or the programs in the file", async () => {
    const secret = Buffer.from("GPS 48.2082N 16.3738E <script>alert(1)</script> PK\x03\x04");
    const tiff = Buffer.concat([Buffer.from("49492a00080000000100120103000100000006000000", "hex"), Buffer.alloc(4), secret]);
    const jpeg = await plain("red", "exif.jpg");
    const file = Buffer.concat([withSegment(jpeg, Buffer.concat([segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), tiff])), segment(0xfe, secret)])), secret]);
    const answer = await put(file);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const bytes = Buffer.from(await (await get(answer.body.avatar)).arrayBuffer());
    for (const word of ["Exif", "GPS", "48.2", "script", "PK\x03\x04"]) assert.ok(!bytes.includes(word), word);
    for (let at = 2; bytes[at + 1] !== 0xda; at += 2 + bytes.readUInt16BE(at + 2)) {
      assert.equal(bytes[at], 0xff);
      assert.notEqual(bytes[at + 1], 0xe1, "an APP1");
    }
    assert.deepEqual([...bytes.subarray(-2)], [0xff, 0xd9]);
  });

  test("of what is no picture the sender is told so, and the picture before stays", async () => {
    const before = (await alice.call("GET", "/api/v1/me")).body.avatar;
    const png = await plain("blue", "small.png", "-vf", "scale=16:16");
    const chunk = (name, content) => {
      const named = Buffer.concat([Buffer.from(name), content]);
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(content.length, 0);
      bytes.writeUInt32BE(crc32(named), 4);
      return Buffer.concat([bytes.subarray(0, 4), named, bytes.subarray(4)]);
    };
    const size = Buffer.alloc(13);
    size.writeUInt32BE(30000, 0);
    size.writeUInt32BE(30000, 4);
    size.set([8, 2], 8);
    const files = {
      SVG: [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /no JPEG, PNG, WebP or GIF/],
      HTML: [Buffer.from("<!doctype html><script>alert(1)</script>"), /no JPEG, PNG, WebP or GIF/],
      nothing: [Buffer.alloc(0), /no picture/],
      half: [png.subarray(0, png.length / 2), /damaged/],
      bomb: [Buffer.concat([png.subarray(0, 8), chunk("IHDR", size), chunk("IDAT", Buffer.from([0x78, 1])), chunk("IEND", Buffer.alloc(0))]), /30000x30000/],
    };
    // As another person each: ten a minute are one's own.
    const bob = new Client(server, { headers: { "x-forwarded-for": "192.0.2.7" } });
    assert.equal((await bob.signUp("bob", PASSWORD)).status, 200);
    for (const [name, [bytes, words]] of Object.entries(files)) {
      const answer = await put(bytes, bob);
      assert.equal(answer.status, 400, `${name}: ${JSON.stringify(answer.body)}`);
      assert.equal(answer.body.field, "image");
      assert.match(answer.body.detail, words, name);
    }
    const large = await put(Buffer.alloc(4 * 1024 * 1024 + 1, 0xff), bob);
    assert.equal(large.status, 400);
    assert.match(large.body.detail, /4 MiB/);
    // Refused before it is read, which some clients see as a connection that broke off.
    assert.equal(await put(Buffer.alloc(6 * 1024 * 1024), bob).then(({ status }) => status, () => 413), 413);
    const whole = Buffer.concat([png, Buffer.alloc(4 * 1024 * 1024 - png.length, 0x50)]);
    assert.equal((await put(whole, bob)).status, 200, "a polyglot of exactly 4 MiB is the picture that it begins with");
    assert.equal((await alice.call("GET", "/api/v1/me")).body.avatar, before);
    assert.equal((await new Client(server).call("PUT", "/api/v1/me/avatar", { image: base64(png) })).status, 401);
  });

  test("is removed by its owner, and by those who run the server", async () => {
    const { avatar } = (await alice.call("GET", "/api/v1/me")).body;
    assert.equal((await alice.call("DELETE", "/api/v1/users/bob/avatar")).status, 403);
    const removed = await alice.call("DELETE", "/api/v1/me/avatar");
    assert.deepEqual([removed.status, removed.body.avatar], [200, ""]);
    assert.equal((await get(avatar)).status, 404);
    assert.equal((await alice.call("GET", "/api/v1/me")).body.avatar, "");
    const bob = (await root.call("GET", "/api/v1/users/bob")).body;
    assert.equal((await get(bob.avatar)).status, 200);
    assert.equal((await root.call("DELETE", "/api/v1/users/bob/avatar")).status, 200);
    assert.equal((await get(bob.avatar)).status, 404);
    const entries = (await root.call("GET", "/api/v1/audit?action=RemoveUserAvatar")).body.entries;
    assert.deepEqual([JSON.parse(entries[0].before), JSON.parse(entries[0].after)], [{ avatar: bob.avatar }, { avatar: "" }]);
  });

  test("is in what one is told of oneself, and is seen no more once the account is closed", async () => {
    const answer = await put(await plain("red", "last.jpg"));
    assert.equal(answer.status, 200);
    const data = (await alice.call("GET", "/api/v1/me/data")).body;
    const kept = Buffer.from(await (await get(answer.body.avatar)).arrayBuffer());
    assert.equal(data.avatar, kept.toString("base64"));
    await server.restart();
    assert.equal((await get(answer.body.avatar)).status, 200);
    assert.equal((await root.call("DELETE", "/api/v1/users/alice")).status, 200);
    assert.equal((await get(answer.body.avatar)).status, 404);
    assert.equal((await root.call("POST", "/api/v1/users/alice/restore")).status, 200);
    assert.equal((await get(answer.body.avatar)).status, 200);
  });
});
