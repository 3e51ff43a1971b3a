// What playing means: every track's time goes forward without a hole, the frames that belong to that time are all there, and the
// player complained of nothing.
import assert from "node:assert/strict";

const span = (times) => (times.length ? times.at(-1) - times[0] : 0);

/**
 * `tracks` is { video: [seconds...], audio: [seconds...] } in the order in which frames came out of a decoder.
 * Throws an AssertionError that says which track, where and by how much.
 */
export function judgeTracks(tracks, { wanted, seconds, fps = 30, hole = 0.25, missing = 0.02, counted = true, who = "the player" }) {
  assert.deepEqual(Object.keys(tracks).filter((kind) => tracks[kind].length).sort(), [...wanted].sort(), `${who}: tracks`);
  for (const kind of wanted) {
    const times = tracks[kind];
    assert.ok(span(times) >= seconds * 0.9, `${who}: ${kind} spans ${span(times).toFixed(2)} s of ${seconds} s, in ${times.length} frames`);
    const back = times.findIndex((time, i) => i > 0 && !(time > times[i - 1]));
    assert.equal(back, -1, `${who}: ${kind} goes from ${times[back - 1]} to ${times[back]} at frame ${back} of ${times.length}`);
    const widest = times.reduce((found, time, i) => (i && time - times[i - 1] > times[found] - times[found - 1] ? i : found), 1);
    const gap = times[widest] - times[widest - 1];
    assert.ok(gap <= hole, `${who}: ${kind} has a hole of ${gap.toFixed(3)} s at ${times[widest].toFixed(3)}`);
    if (kind === "video" && counted) {
      const expected = span(times) * fps;
      assert.ok(times.length >= expected * (1 - missing), `${who}: ${times.length} pictures in ${span(times).toFixed(2)} s, ${Math.round(expected)} belong there`);
    }
  }
}

/** A finished play() of players.mjs, as a whole. */
export function judgePlay(play, options) {
  // Who asks a player for its clock now and then sees steps, not frames.
  const hole = play.counted ? {} : { hole: 1 };
  assert.deepEqual(play.complaints, [], `${play.who}: complained`);
  assert.equal(play.broke, null, `${play.who}: ended by itself: ${play.broke}`);
  assert.ok(play.repeated <= 2 + options.seconds / 2, `${play.who}: ${play.repeated} frames have the time of the frame before`);
  judgeTracks(play.tracks, { who: play.who, counted: play.counted, ...hole, ...options });
}
