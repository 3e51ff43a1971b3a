// The playlist checker itself: it passes good lists, and says of each bad one what is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePlaylist, PlaylistChecker } from "./support/playlist_checker.mjs";

const HEAD = (sequence, { target = 2, discontinuity = 0, skip = 0, version = 9, until = 12, holdBack = 0.75 } = {}) =>
  `#EXTM3U\n#EXT-X-VERSION:${version}\n#EXT-X-TARGETDURATION:${target}\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${holdBack},CAN-SKIP-UNTIL=${until}\n` +
  `#EXT-X-PART-INF:PART-TARGET=0.25\n#EXT-X-MEDIA-SEQUENCE:${sequence}\n#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuity}\n${skip ? `#EXT-X-SKIP:SKIPPED-SEGMENTS=${skip}\n` : ""}`;
const MAP = (name = "a.mp4") => `#EXT-X-MAP:URI="${name}"\n`;
const PART = (number, index, duration = 0.25) => `#EXT-X-PART:DURATION=${duration},URI="s-${number}.${index}.m4s"\n`;
const SEGMENT = (number, { duration = 2, parts = 0, before = "" } = {}) =>
  `${before}#EXT-X-PROGRAM-DATE-TIME:${new Date(1.7e12 + number * 2000).toISOString()}\n` +
  Array.from({ length: parts }, (_, i) => PART(number, i)).join("") + `#EXTINF:${duration},\ns-${number}.m4s\n`;
const RANGE = (from, to, options) => Array.from({ length: to - from + 1 }, (_, i) => SEGMENT(from + i, options)).join("");

function problemsOf(...lists) {
  const checker = new PlaylistChecker();
  for (const list of lists) checker.update(list);
  return checker.problems;
}

test("good lists pass", () => {
  const first = HEAD(10) + MAP() + RANGE(10, 13) + PART(14, 0) + '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="s-14.1.m4s"\n';
  const second = HEAD(10) + MAP() + RANGE(10, 13) + PART(14, 0) + PART(14, 1) + '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="s-14.2.m4s"\n';
  const third = HEAD(11) + MAP() + RANGE(11, 13) + SEGMENT(14, { parts: 8 }) + SEGMENT(15, { before: "#EXT-X-DISCONTINUITY\n" + MAP("b.mp4") });
  const fourth = HEAD(16, { discontinuity: 1 }) + MAP("b.mp4") + RANGE(16, 19);
  assert.deepEqual(problemsOf(first, second, third, fourth), []);
});

test("a list that begins anew after a restart passes, as long as its numbers go on", () => {
  assert.deepEqual(problemsOf(HEAD(10) + MAP() + RANGE(10, 14), HEAD(900, { discontinuity: 17 }) + MAP("b.mp4") + RANGE(900, 900)), []);
});

test("a good delta update is the whole list", () => {
  const checker = new PlaylistChecker();
  checker.update(HEAD(10) + MAP() + RANGE(10, 29));
  const list = checker.update(HEAD(11, { skip: 12 }) + RANGE(23, 30));
  assert.deepEqual(checker.problems, []);
  assert.equal(list.segments.length, 20);
  assert.equal(list.segments.at(-1).map, "a.mp4");
  assert.equal(checker.compare(HEAD(11, { skip: 12 }) + RANGE(23, 30), HEAD(11) + MAP() + RANGE(11, 30)), true);
  assert.deepEqual(checker.problems, []);
});

const good = HEAD(10) + MAP() + RANGE(10, 14);
const bad = {
  "no beginning": [["#EXT-X-VERSION:3\n"], /#EXTM3U/],
  "no segment": [[HEAD(1)], /no segment/],
  "a segment longer than the target duration": [[HEAD(10) + MAP() + SEGMENT(10, { duration: 2.6 })], /lasts 2.6/],
  "a number that goes back": [[good, HEAD(9) + MAP() + RANGE(9, 14)], /MEDIA-SEQUENCE went from 10 back to 9/],
  "segments that vanish at the end": [[good, HEAD(10) + MAP() + RANGE(10, 13)], /newest segment was 14 and is 13/],
  "a segment that changes": [[good, HEAD(10) + MAP() + RANGE(10, 13) + SEGMENT(14, { duration: 1 })], /segment 14 was/],
  "a target duration that changes": [[good, HEAD(10, { target: 3, until: 18 }) + MAP() + RANGE(10, 14)], /TARGETDURATION went/],
  "a discontinuity that is forgotten": [
    [HEAD(10) + MAP() + SEGMENT(10) + SEGMENT(11, { before: "#EXT-X-DISCONTINUITY\n" }) + RANGE(12, 15), HEAD(12) + MAP() + RANGE(12, 16)], /DISCONTINUITY-SEQUENCE is 0, and 1/,
  ],
  "a discontinuity that is counted too early": [
    [HEAD(10) + MAP() + SEGMENT(10) + SEGMENT(11, { before: "#EXT-X-DISCONTINUITY\n" }) + RANGE(12, 15), HEAD(11, { discontinuity: 1 }) + MAP() + SEGMENT(11, { before: "#EXT-X-DISCONTINUITY\n" }) + RANGE(12, 16)],
    /DISCONTINUITY-SEQUENCE is 1, and 0/,
  ],
  "a discontinuity number that goes back": [[HEAD(10, { discontinuity: 5 }) + MAP() + RANGE(10, 14), HEAD(90, { discontinuity: 4 }) + MAP() + RANGE(90, 94)], /DISCONTINUITY-SEQUENCE went from 5 back to 4/],
  "no map": [[HEAD(10) + RANGE(10, 14)], /has no map/],
  "another map without a discontinuity": [[HEAD(10) + MAP() + SEGMENT(10) + SEGMENT(11, { before: MAP("b.mp4") })], /another map without a discontinuity/],
  "a part that is too long": [[good + PART(15, 0, 0.3)], /part 0 of the open segment lasts 0.3/],
  "a part that is too short": [[good + PART(15, 0, 0.2)], /lasts 0.2 s only/],
  "parts that together outlast their segment": [[HEAD(10) + MAP() + SEGMENT(10, { duration: 0.5, parts: 3 })], /parts of segment 10 last longer/],
  "parts that change": [[good + PART(15, 0), good + PART(15, 7)], /parts of the open segment changed/],
  "a hint that nothing comes of": [[good + PART(15, 0) + '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="other.m4s"\n', good + PART(15, 0) + PART(15, 1)], /hinted at, other.m4s/],
  "too little that stays": [[good, HEAD(14) + MAP() + RANGE(14, 15)], /less than three target durations/],
  "a hold back that is too near": [[HEAD(10, { holdBack: 0.3 }) + MAP() + RANGE(10, 14)], /PART-HOLD-BACK is 0.3/],
  "a skip boundary that is too near": [[HEAD(10, { until: 11 }) + MAP() + RANGE(10, 14)], /CAN-SKIP-UNTIL/],
  "a delta update of an old version": [[good, HEAD(10, { skip: 2, version: 8 }) + RANGE(12, 14)], /needs version 9/],
  "a delta update that leaves out what nobody knows": [[good, HEAD(20, { skip: 5 }) + RANGE(25, 26)], /of which 0 are known/],
  "a delta update before anything": [[HEAD(10, { skip: 5 }) + RANGE(15, 16)], /before any whole list/],
  "a date that jumps": [[HEAD(10) + MAP() + SEGMENT(10) + SEGMENT(11).replace(/DATE-TIME:.*/, `DATE-TIME:${new Date(1.8e12).toISOString()}`)], /the date of segment 11/],
};
for (const [name, [lists, expected]] of Object.entries(bad)) {
  test(`finds ${name}`, () => {
    const problems = problemsOf(...lists);
    assert.ok(problems.some((problem) => expected.test(problem)), `${expected} is not among ${JSON.stringify(problems)}`);
  });
}

test("finds a delta update that differs from the whole", () => {
  const checker = new PlaylistChecker();
  checker.compare(HEAD(10, { skip: 2 }) + SEGMENT(12) + SEGMENT(13, { duration: 1 }), HEAD(10) + MAP() + RANGE(10, 13));
  assert.match(checker.problems[0], /delta update has segment 13/);
});

test("reads quoted commas and open parts", () => {
  const list = parsePlaylist(HEAD(1) + MAP("a,b.mp4") + SEGMENT(1) + PART(2, 0));
  assert.equal(list.segments[0].map, "a,b.mp4");
  assert.equal(list.openParts.length, 1);
});

/** Boxes of a track of 1000 ticks a second, and of a fragment of two samples. */
const box = (type, ...bodies) => {
  const body = Buffer.concat(bodies);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, body]);
};
const words = (...numbers) => {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, i) => bytes.writeUInt32BE(number, i * 4));
  return bytes;
};
const init = box("moov", box("trak", box("tkhd", words(0, 0, 0, 1)), box("mdia", box("mdhd", words(0, 0, 0, 1000)))));
const fragment = (begin, ...durations) =>
  Buffer.concat([box("moof", box("traf", box("tfhd", words(0x020000, 1)), box("tfdt", words(0, begin)), box("trun", words(0x100, durations.length, ...durations)))), box("mdat")]);

test("measures what is in a segment", () => {
  const checker = new PlaylistChecker();
  const first = checker.checkMedia({ number: 1, duration: 2 }, init, fragment(5000, 1000, 1000));
  assert.deepEqual(first, [{ id: 1, begin: 5, end: 7 }]);
  checker.checkMedia({ number: 2, duration: 2 }, init, Buffer.concat([fragment(7000, 500, 500), fragment(8000, 1000)]), first);
  assert.deepEqual(checker.problems, []);
  checker.checkMedia({ number: 3, duration: 1 }, init, fragment(7000, 1000, 1000), first);
  assert.match(checker.problems[0], /segment 3 is said to last 1 s and lasts 2 s/);
  checker.checkMedia({ number: 4, duration: 2 }, init, fragment(9000, 1000, 1000), first);
  assert.match(checker.problems[1], /begins at 9, and the one before ended at 7/);
});
