// Whether the viewer has stopped moving, for controls that get out of the way.

export class IdleTimer {
  isIdle = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly afterMs: number) {
    this.wake();
  }

  wake(): void {
    this.isIdle = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.isIdle = true), this.afterMs);
  }

  sleep(): void {
    clearTimeout(this.#timer);
    this.isIdle = true;
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
