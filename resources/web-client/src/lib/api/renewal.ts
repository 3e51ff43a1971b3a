// Keeps the session of who is signed in alive: its access cookie lasts 15 minutes, and a refresh makes a new one. One refresh at a time over
// all tabs, as far as the browser has locks. What it touches is handed in, so it has no browser of its own.

/** The access cookie lasts 15 minutes; media and sockets have nobody who could try again, so it is renewed before. */
export const kDue = 12 * 60_000;
const kPause = 10_000; // after a refresh that had no answer

export interface RenewalWorld {
  /** The call. Throws what `isFinal` tells apart. */
  refresh: () => Promise<void>;
  /** The server has said no, as against not having said anything. */
  isFinal: (error: unknown) => boolean;
  now: () => number;
  /** When the session was renewed last, seen by all tabs; null where nobody is signed in. */
  note: { get: () => number | null; set: (at: number) => void; remove: () => void };
  /** Runs when no other tab is within it. */
  exclusively: <T>(work: () => Promise<T>) => Promise<T>;
}

export class Renewal {
  readonly #world: RenewalWorld;
  #isOn: boolean;
  #flight: Promise<boolean> | null = null;
  #pauseUntil = 0;
  /** The server let the session go. */
  onended: () => void = () => undefined;

  constructor(world: RenewalWorld) {
    this.#world = world;
    this.#isOn = world.note.get() !== null;
  }

  /** Somebody is signed in here, as far as this browser knows. */
  get isOn(): boolean {
    return this.#isOn;
  }

  get isDue(): boolean {
    const { note, now } = this.#world;
    const age = now() - (note.get() ?? 0);
    return this.#isOn && (age < 0 || age >= kDue);
  }

  /** The cookies are new. */
  begin(): void {
    this.#isOn = true;
    this.#world.note.set(this.#world.now());
  }

  /** Another tab has begun; the note is its own. */
  follow(): void {
    this.#isOn = true;
  }

  end(): void {
    this.#isOn = false;
    this.#world.note.remove();
  }

  /** Renews where it is due. What goes wrong shows in what is asked for next. */
  async keepFresh(): Promise<void> {
    if (!this.isDue || this.#world.now() < this.#pauseUntil) return;
    await this.renew(this.#world.now() - kDue).catch(() => undefined);
  }

  /**
   * For a call that left at `since` and came back as if from nobody. True: try again; false: the session is over.
   * Throws where the server could not be asked.
   */
  renew(since: number): Promise<boolean> {
    this.#flight ??= this.#world.exclusively(() => this.#renewAlone(since)).finally(() => (this.#flight = null));
    return this.#flight;
  }

  /** Whether there are cookies without a note of them: browsers may forget the note first. */
  async resume(): Promise<boolean> {
    if (this.#isOn) return true;
    return this.#world.exclusively(async () => {
      try {
        await this.#world.refresh();
      } catch {
        return false;
      }
      this.begin();
      return true;
    });
  }

  async #renewAlone(since: number): Promise<boolean> {
    if (!this.#isOn) return false;
    const at = this.#world.note.get();
    if (at !== null && at > since && at <= this.#world.now()) return true; // another tab was first; one of the future is a clock's mistake
    try {
      await this.#world.refresh();
    } catch (error) {
      if (!this.#world.isFinal(error)) {
        this.#pauseUntil = this.#world.now() + kPause;
        throw error;
      }
      this.end();
      this.onended();
      return false;
    }
    if (this.#isOn) this.begin(); // and not where somebody signed out meanwhile
    return true;
  }
}
