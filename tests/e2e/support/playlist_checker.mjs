// Reads live media playlists as RFC 8216bis has them and says what is wrong: within one, from one to the next, between a delta update and
// the whole, and between what a list says of a segment and what is in it. Give it every playlist of one address in the order of its fetching.

/** Attributes of a tag: quoted strings may hold commas. */
export function attributesOf(text) {
  const attributes = {};
  for (const [, name, quoted, plain] of text.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))/g)) attributes[name] = quoted ?? plain;
  return attributes;
}

export function parsePlaylist(text) {
  const list = { problems: [], segments: [], openParts: [], reports: [], skipped: 0, version: 1 };
  const lines = text.split("\n");
  if (lines[0] !== "#EXTM3U") list.problems.push("does not begin with #EXTM3U");
  if (lines.at(-1) !== "") list.problems.push("does not end with a line break");
  let next = { parts: [] };
  let map;
  for (const line of lines.slice(1)) {
    const [, tag, value = ""] = /^(#EXT[A-Z0-9-]*)(?::(.*))?$/.exec(line) ?? [];
    switch (tag) {
      case "#EXT-X-VERSION": list.version = Number(value); break;
      case "#EXT-X-TARGETDURATION": list.target = Number(value); break;
      case "#EXT-X-MEDIA-SEQUENCE": list.mediaSequence = Number(value); break;
      case "#EXT-X-DISCONTINUITY-SEQUENCE": list.discontinuitySequence = Number(value); break;
      case "#EXT-X-SERVER-CONTROL": list.control = attributesOf(value); break;
      case "#EXT-X-PART-INF": list.partTarget = Number(attributesOf(value)["PART-TARGET"]); break;
      case "#EXT-X-SKIP": list.skipped = Number(attributesOf(value)["SKIPPED-SEGMENTS"]); break;
      case "#EXT-X-DISCONTINUITY": next.discontinuity = true; break;
      case "#EXT-X-MAP": map = attributesOf(value).URI; break;
      case "#EXT-X-PROGRAM-DATE-TIME": next.date = Date.parse(value); break;
      case "#EXT-X-GAP": next.gap = true; break;
      case "#EXT-X-PART": {
        const part = attributesOf(value);
        next.map = map;
        next.parts.push({ duration: Number(part.DURATION), uri: part.URI, independent: part.INDEPENDENT === "YES" });
        break;
      }
      case "#EXTINF": next.duration = Number(value.split(",")[0]); break;
      case "#EXT-X-PRELOAD-HINT": list.hint = attributesOf(value); break;
      case "#EXT-X-RENDITION-REPORT": list.reports.push(attributesOf(value)); break;
      case "#EXT-X-ENDLIST": list.ended = true; break;
      default:
        if (!line || line.startsWith("#")) break;
        if (next.duration === undefined) list.problems.push(`${line} has no #EXTINF`);
        list.segments.push({ ...next, uri: line, map });
        next = { parts: [] };
    }
  }
  list.openParts = next.parts;
  list.open = next;
  list.segments.forEach((segment, index) => (segment.number = (list.mediaSequence ?? 0) + list.skipped + index));
  return list;
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const same = (a, b) => a.uri === b.uri && a.duration === b.duration && !!a.discontinuity === !!b.discontinuity && a.map === b.map && a.date === b.date;

export class PlaylistChecker {
  problems = [];
  updates = 0;
  removed = 0;
  #last; // the whole list as a player would know it

  constructor(name = "playlist") {
    this.name = name;
  }

  get list() {
    return this.#last;
  }

  #say(problem) {
    if (this.problems.length < 50) this.problems.push(`${this.name}, update ${this.updates}: ${problem}`);
  }

  /** A playlist as it was fetched; a delta update is merged first. Gives the whole list. */
  update(text) {
    this.updates++;
    const list = parsePlaylist(text);
    list.problems.forEach((problem) => this.#say(problem));
    if (list.skipped > 0 && !this.#merge(list)) return this.#last;
    this.#checkTags(list);
    list.segments.forEach((segment, index) => this.#checkSegment(list, segment, index));
    this.#checkParts(list, list.open, list.openParts, undefined);
    if (this.#last) this.#checkAgainst(this.#last, list);
    this.#last = list;
    return list;
  }

  /** A delta update and a whole playlist of the same moment must come to the same. */
  compare(deltaText, wholeText) {
    const delta = parsePlaylist(deltaText);
    const whole = parsePlaylist(wholeText);
    if (delta.mediaSequence !== whole.mediaSequence) return false; // not of the same moment
    const tail = whole.segments.slice(delta.skipped);
    if (tail.length !== delta.segments.length) return false;
    tail.forEach((segment, index) => {
      const other = delta.segments[index];
      const known = { ...other, map: other.map ?? segment.map }; // the map may stand in the part that was left out
      if (!same(segment, known)) this.#say(`the delta update has segment ${segment.number} as ${JSON.stringify(other)}, the whole list ${JSON.stringify(segment)}`);
    });
    return true;
  }

  #merge(list) {
    if (list.version < 9) this.#say("EXT-X-SKIP needs version 9");
    if (!this.#last) {
      this.#say("a delta update came before any whole list");
      return false;
    }
    const known = this.#last.segments.filter((s) => s.number >= list.mediaSequence && s.number < list.mediaSequence + list.skipped);
    if (known.length !== list.skipped) {
      this.#say(`a delta update leaves out ${list.skipped} segments from ${list.mediaSequence}, of which ${known.length} are known`);
      return false;
    }
    const map = known.at(-1).map;
    for (const segment of list.segments) {
      if (segment.map !== undefined) break;
      segment.map = map;
    }
    if (list.open.map === undefined && list.openParts.length) list.open.map = list.segments.at(-1)?.map ?? map;
    list.segments.unshift(...known);
    return true;
  }

  #checkTags(list) {
    if (!Number.isInteger(list.target) || list.target < 1) this.#say(`EXT-X-TARGETDURATION is ${list.target}`);
    if (list.segments.some((s) => s.map) && list.version < 6) this.#say("EXT-X-MAP needs version 6");
    if (list.segments.some((s) => s.gap) && list.version < 8) this.#say("EXT-X-GAP needs version 8");
    if (list.segments.length === 0) this.#say("there is no segment");
    const control = list.control ?? {};
    if (list.partTarget !== undefined) {
      const holdBack = Number(control["PART-HOLD-BACK"]);
      if (!(holdBack >= 2 * list.partTarget)) this.#say(`PART-HOLD-BACK is ${holdBack}, and two part targets are ${2 * list.partTarget}`);
    } else if (list.openParts.length || list.segments.some((s) => s.parts.length)) {
      this.#say("parts without EXT-X-PART-INF");
    }
    if (control["CAN-SKIP-UNTIL"] !== undefined && !(Number(control["CAN-SKIP-UNTIL"]) >= 6 * list.target)) this.#say("CAN-SKIP-UNTIL is below six target durations");
    if (control["HOLD-BACK"] !== undefined && !(Number(control["HOLD-BACK"]) >= 3 * list.target)) this.#say("HOLD-BACK is below three target durations");
  }

  #checkSegment(list, segment, index) {
    const name = `segment ${segment.number}`;
    if (!(segment.duration >= 0) || Math.round(segment.duration) > list.target) this.#say(`${name} lasts ${segment.duration} s; the target duration is ${list.target}`);
    const before = list.segments[index - 1];
    if (before && before.map !== segment.map && !segment.discontinuity) this.#say(`${name} has another map without a discontinuity`);
    if (/\.(m4s|mp4)(\?|$)/.test(segment.uri) && !segment.map) this.#say(`${name} has no map`);
    if (before?.date !== undefined && segment.date !== undefined && !segment.discontinuity) {
      const off = segment.date - before.date - before.duration * 1000;
      if (Math.abs(off) > 1500) this.#say(`the date of ${name} is ${off} ms off`);
    }
    this.#checkParts(list, segment, segment.parts, segment.duration);
  }

  #checkParts(list, segment, parts, whole) {
    const name = segment.number === undefined ? "the open segment" : `segment ${segment.number}`;
    parts.forEach((part, index) => {
      if (part.duration > list.partTarget + 1e-6) this.#say(`part ${index} of ${name} lasts ${part.duration} s; the part target is ${list.partTarget}`);
      const isLast = index === parts.length - 1;
      if ((!isLast || whole === undefined) && part.duration < list.partTarget * 0.85) this.#say(`part ${index} of ${name} lasts ${part.duration} s only; the part target is ${list.partTarget}`);
    });
    // The rest of a segment may come without parts where they would be too long, so they may be less, and never more.
    if (whole !== undefined && parts.length && sum(parts.map((p) => p.duration)) > whole + 0.05) this.#say(`the parts of ${name} last longer than it does`);
  }

  #checkAgainst(old, list) {
    if (list.target !== old.target) this.#say(`EXT-X-TARGETDURATION went from ${old.target} to ${list.target}`);
    if (list.partTarget !== old.partTarget) this.#say(`PART-TARGET went from ${old.partTarget} to ${list.partTarget}`);
    if (list.mediaSequence < old.mediaSequence) this.#say(`EXT-X-MEDIA-SEQUENCE went from ${old.mediaSequence} back to ${list.mediaSequence}`);
    const oldEnd = old.mediaSequence + old.segments.length;
    const end = list.mediaSequence + list.segments.length;
    if (end < oldEnd) this.#say(`the newest segment was ${oldEnd - 1} and is ${end - 1}`);
    const gone = old.segments.filter((s) => s.number < list.mediaSequence);
    this.removed += gone.length;
    if ((list.discontinuitySequence ?? 0) < (old.discontinuitySequence ?? 0)) this.#say(`EXT-X-DISCONTINUITY-SEQUENCE went from ${old.discontinuitySequence} back to ${list.discontinuitySequence}`);
    if (list.mediaSequence <= oldEnd) {
      const expected = (old.discontinuitySequence ?? 0) + gone.filter((s) => s.discontinuity).length;
      // The tag before the segment that is first now stands in the list, and is not counted yet.
      if ((list.discontinuitySequence ?? 0) !== expected && list.mediaSequence < oldEnd) this.#say(`EXT-X-DISCONTINUITY-SEQUENCE is ${list.discontinuitySequence ?? 0}, and ${expected} follows from what was removed`);
    }
    for (const segment of list.segments) {
      const before = old.segments.find((s) => s.number === segment.number);
      if (before && !same(before, segment)) this.#say(`segment ${segment.number} was ${JSON.stringify(before)} and is ${JSON.stringify(segment)}`);
      const promised = segment.number === oldEnd ? old.openParts : before?.parts;
      if (promised?.length && segment.parts.length && promised.some((part, index) => segment.parts[index]?.uri !== part.uri)) this.#say(`parts of segment ${segment.number} changed`);
    }
    if (end === oldEnd && old.openParts.some((part, index) => list.openParts[index]?.uri !== part.uri)) this.#say("parts of the open segment changed");
    // After a restart of the server all are gone at once, and there is nothing that could stay.
    if (gone.length && gone.length < old.segments.length && sum(list.segments.map((s) => s.duration)) + 1e-6 < 3 * list.target) this.#say("segments were removed though less than three target durations stay");
    const hint = old.hint?.URI;
    if (hint) {
      const known = [...list.segments.flatMap((s) => s.parts), ...list.openParts];
      const moved = end > oldEnd || list.openParts.length > old.openParts.length;
      const fresh = list.segments.find((s) => s.number === oldEnd) ?? (end === oldEnd ? list.open : undefined);
      if (moved && fresh?.parts.length > old.openParts.length && !known.some((part) => part.uri === hint)) this.#say(`the part hinted at, ${hint}, was never listed`);
    }
  }

  /** What was fetched of a segment, with its map's bytes, against what the list says of it. `before`: the times of the segment before it. */
  checkMedia(segment, init, bytes, before) {
    const times = mediaTimes(init, bytes);
    if (times.length === 0) {
      this.#say(`segment ${segment.number} has no samples`);
      return times;
    }
    const lead = times[0];
    if (Math.abs(lead.end - lead.begin - segment.duration) > 0.12) this.#say(`segment ${segment.number} is said to last ${segment.duration} s and lasts ${lead.end - lead.begin} s`);
    for (const track of times) {
      const last = before?.find((t) => t.id === track.id);
      if (!last || segment.discontinuity) continue;
      if (Math.abs(track.begin - last.end) > 0.05) this.#say(`track ${track.id} of segment ${segment.number} begins at ${track.begin}, and the one before ended at ${last.end}`);
    }
    return times;
  }
}

function* boxes(bytes) {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > bytes.length) throw new Error(`a box of ${size} bytes at ${at} of ${bytes.length}`);
    yield { type: bytes.toString("latin1", at + 4, at + 8), body: bytes.subarray(at + 8, at + size) };
    at += size;
  }
}
const inside = (bytes, ...path) => path.reduce((found, type) => found.flatMap((body) => [...boxes(body)].filter((b) => b.type === type).map((b) => b.body)), [bytes]);

/** Of each track in a fragmented MP4 segment, the first of the map first: { id, begin, end } in seconds of decode time. */
export function mediaTimes(init, bytes) {
  const rates = new Map();
  for (const trak of inside(init, "moov", "trak")) {
    const [tkhd] = inside(trak, "tkhd");
    const [mdhd] = inside(trak, "mdia", "mdhd");
    rates.set(tkhd.readUInt32BE(tkhd[0] === 1 ? 20 : 12), mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12));
  }
  const times = new Map();
  for (const traf of inside(bytes, "moof", "traf")) {
    const [tfhd] = inside(traf, "tfhd");
    const id = tfhd.readUInt32BE(4);
    const flags = tfhd.readUIntBE(1, 3);
    const durationAt = 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
    const usual = flags & 8 ? tfhd.readUInt32BE(durationAt) : 0;
    const [tfdt] = inside(traf, "tfdt");
    const begin = tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
    let ticks = 0;
    for (const trun of inside(traf, "trun")) {
      const has = trun.readUIntBE(1, 3);
      const count = trun.readUInt32BE(4);
      const size = 4 * [0x100, 0x200, 0x400, 0x800].filter((bit) => has & bit).length;
      const first = 8 + (has & 1 ? 4 : 0) + (has & 4 ? 4 : 0);
      for (let i = 0; i < count; i++) ticks += has & 0x100 ? trun.readUInt32BE(first + i * size) : usual;
    }
    const rate = rates.get(id);
    const known = times.get(id);
    if (known) known.end = (begin + ticks) / rate;
    else times.set(id, { id, begin: begin / rate, end: (begin + ticks) / rate });
  }
  return [...rates.keys()].map((id) => times.get(id)).filter(Boolean);
}
