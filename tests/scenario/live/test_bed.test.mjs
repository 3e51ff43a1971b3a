// The test bed on trial: a judge that passes everything proves nothing. No server takes part.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { test } from "node:test";
import { FlvViewer } from "../../e2e/support/flv_viewer.mjs";
import { judgePlay, judgeTracks } from "../../e2e/support/judge.mjs";
import { tamper } from "../../e2e/support/mutating_proxy.mjs";
import { Random } from "../../e2e/support/random.mjs";
import { RtmpMessages } from "../../e2e/support/rtmp_messages.mjs";

const steady = (count, step) => Array.from({ length: count }, (_, i) => 10 + i * step);
const good = () => ({ video: steady(180, 1 / 30), audio: steady(282, 1024 / 48000) });
const options = { wanted: ["video", "audio"], seconds: 6 };
const play = (more) => ({ who: "a player", tracks: good(), sizes: new Set([1]), complaints: [], repeated: 0, broke: null, counted: true, ...more });

test("the judge passes what is right", () => judgePlay(play(), options));

const faults = {
  "a track that is not there": ({ video }) => ({ tracks: { video } }),
  "a track that nobody promised": (tracks) => ({ tracks: { ...tracks, subtitle: [1] } }),
  "time that goes back": (tracks) => ({ tracks: { ...tracks, video: Object.assign([...tracks.video], { 50: 10 }) } }),
  "time that stands still": (tracks) => ({ tracks: { ...tracks, audio: Object.assign([...tracks.audio], { 50: tracks.audio[49] }) } }),
  "a hole": (tracks) => ({ tracks: { ...tracks, video: [...tracks.video.slice(0, 60), ...tracks.video.slice(70)] } }),
  "single frames that are missing": (tracks) => ({ tracks: { ...tracks, video: tracks.video.filter((_, i) => i % 20 !== 5) } }),
  "an early end": (tracks) => ({ tracks: { ...tracks, audio: tracks.audio.slice(0, 200) } }),
  "a complaint of the decoder": () => ({ complaints: ["error while decoding MB 3 4"] }),
  "a player that ended by itself": () => ({ broke: "code 1" }),
  "many frames with the time of the one before": () => ({ repeated: 30 }),
};
for (const [name, fault] of Object.entries(faults)) test(`the judge finds ${name}`, () => assert.throws(() => judgePlay(play(fault(good())), options), { name: "AssertionError" }));

test("steps of a player's clock are not counted as frames, a standstill is still found", () => {
  judgeTracks({ video: steady(60, 0.1) }, { wanted: ["video"], seconds: 5, counted: false, hole: 1 });
  assert.throws(() => judgeTracks({ video: [...steady(30, 0.1), ...steady(30, 0.1).map((time) => time + 5)] }, { wanted: ["video"], seconds: 5, counted: false, hole: 1 }));
});

const chunk = (format, id, fields, body) => Buffer.concat([Buffer.from([(format << 6) | id]), Buffer.from(fields), body]);
const u24 = (value) => [(value >> 16) & 255, (value >> 8) & 255, value & 255];

test("RTMP messages are found whole, whatever the pieces in which they come", () => {
  const body = (length, fill) => Buffer.alloc(length, fill);
  const wire = Buffer.concat([
    Buffer.alloc(1537, 3), Buffer.alloc(1536, 4),
    // 300 bytes in chunks of 128, with a message of another chunk stream between them
    chunk(0, 3, [...u24(0), ...u24(300), 20, 0, 0, 0, 0], body(128, 1)), chunk(0, 4, [...u24(0), ...u24(1), 8, 1, 0, 0, 0], body(1, 9)), chunk(3, 3, [], body(128, 1)), chunk(3, 3, [], body(44, 1)),
    // chunks of 4096 from here; a time beyond 24 bits, repeated in the continuation; a last chunk of one byte
    chunk(0, 2, [...u24(0), ...u24(4), 1, 0, 0, 0, 0], Buffer.from([0, 0, 16, 0])),
    chunk(0, 6, [...u24(0xffffff), ...u24(4097), 9, 1, 0, 0, 0, 1, 2, 3, 4], body(4096, 7)), chunk(3, 6, [1, 2, 3, 4], body(1, 7)),
    chunk(1, 6, [...u24(33), ...u24(10), 9], body(10, 8)), chunk(2, 6, [...u24(33)], body(10, 8)), chunk(3, 6, [], body(10, 8)),
  ]);
  for (const step of [1, 7, 1000, wire.length]) {
    const parser = new RtmpMessages();
    const found = [];
    for (let at = 0; at < wire.length; at += step) found.push(...parser.feed(wire.subarray(at, at + step)));
    assert.deepEqual(found.map(({ type }) => type), ["handshake", "handshake", 8, 20, 1, 9, 9, 9, 9], `in steps of ${step}`);
    assert.equal(found.reduce((sum, { bytes }) => sum + bytes.length, 0), wire.length, "no byte is lost");
  }
});

test("the same seed does the same damage, and every kind of damage is done", () => {
  const damage = (seed) => {
    const random = new Random(seed);
    return Array.from({ length: 200 }, () => tamper(random, Buffer.from("a message of some length")));
  };
  assert.deepEqual(damage(7), damage(7));
  assert.notDeepEqual(damage(7), damage(8));
  assert.deepEqual([...new Set(damage(7).map(({ what }) => what))].sort(), ["cut", "delay", "flip", "lose", "noise", "repeat", "twice"]);
});

test("the FLV viewer finds a wrong back pointer, time that goes back, a lost frame, and bytes that are no tag", async () => {
  const tag = (kind, time, size = 5, back = 11 + size) => {
    const bytes = Buffer.alloc(15 + size, 1);
    bytes.set([kind, ...u24(size), ...u24(time), 0, 0, 0, 0]);
    bytes.writeUInt32BE(back, 11 + size);
    return bytes;
  };
  const header = Buffer.from([0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0]);
  const see = async (...parts) => {
    const server = http.createServer((_, response) => response.end(Buffer.concat([header, ...parts])));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const viewer = new FlvViewer(`http://127.0.0.1:${server.address().port}/`);
    while (viewer.ended === null) await new Promise((done) => setTimeout(done, 5));
    server.close();
    return viewer;
  };
  const right = await see(tag(9, 0), tag(9, 33), tag(9, 67));
  assert.deepEqual([right.faults, right.gaps("video", 1000 / 30)], [[], []]);
  assert.deepEqual((await see(tag(9, 0), tag(9, 67), tag(9, 100))).gaps("video", 1000 / 30), [[0, 67]]);
  assert.match((await see(tag(9, 0, 5, 15))).faults.join(), /back pointer/);
  assert.match((await see(tag(9, 40), tag(9, 7))).faults.join(), /goes back from 40 to 7/);
  assert.match((await see(tag(9, 0), tag(77, 33))).faults.join(), /no tag: type 77/);
});
