// Numbers that are the same for the same seed, so that what broke a server once can break it again.
export class Random {
  constructor(seed) {
    this.state = (seed * 2654435761) >>> 0 || 1;
  }

  /** 0 <= result < limit, a whole number. */
  below(limit) {
    // xorshift32
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    this.state >>>= 0;
    return Math.floor((this.state / 0x100000000) * limit);
  }

  chance(one_in) {
    return this.below(one_in) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}
