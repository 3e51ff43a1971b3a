// Proving once more who one is: a call that the server refused with step_up_required waits here while the person is asked, and is made
// again then. One question at a time, whose answer is for all calls that wait.

export class StepUp {
  #asking: Promise<boolean> | null = null;
  /** Asks the person; false where they did not. Set by whoever has a dialog. */
  onasked: () => Promise<boolean> = () => Promise.resolve(false);

  ask(): Promise<boolean> {
    this.#asking ??= this.onasked()
      .catch(() => false)
      .finally(() => (this.#asking = null));
    return this.#asking;
  }
}

export const stepUp = new StepUp();
