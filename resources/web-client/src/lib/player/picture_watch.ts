// Tells whether the picture moves, by looking at currentTime: the element's own events lie in more than one browser.

/** Looks without movement before the picture counts as standing; a look is half a second. */
const kStill = 3;

export class PictureWatch {
  #last = -1;
  #still = 0;
  #moving = false;
  #onTime = (): void => void this.#moved();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onMoving: () => void,
    private readonly onStill: () => void,
  ) {
    video.addEventListener('timeupdate', this.#onTime);
  }

  reset(): void {
    this.#last = -1;
    this.#still = 0;
    this.#moving = false;
  }

  look(): void {
    if (this.#moved() || this.video.paused) {
      this.#still = 0;
      return;
    }
    if (++this.#still < kStill || !this.#moving) return;
    this.#moving = false;
    this.onStill();
  }

  close(): void {
    this.video.removeEventListener('timeupdate', this.#onTime);
  }

  #moved(): boolean {
    const now = this.video.currentTime;
    const moved = this.#last >= 0 && now > this.#last + 0.01 && this.video.readyState >= 2;
    this.#last = now;
    if (moved) {
      this.#still = 0;
      if (!this.#moving) {
        this.#moving = true;
        this.onMoving();
      }
    }
    return moved;
  }
}
