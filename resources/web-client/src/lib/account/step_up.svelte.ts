// The dialog in which one proves once more who one is: whether it is open, and who waits for it. Loaded when it is first needed.
import type { Component } from 'svelte';
import { stepUp } from '../api/step_up';

export type StepUpDialog = Component<{ ondone: (proved: boolean) => void }>;

let shown = $state.raw<{ dialog: StepUpDialog; done: (proved: boolean) => void } | null>(null);

stepUp.onasked = async () => {
  const { default: dialog } = await import('../../components/account/StepUpDialog.svelte');
  return new Promise((proved) => {
    const mine = {
      dialog,
      done: (is: boolean) => {
        if (shown === mine) shown = null; // a dialog that was left tells it once more
        proved(is);
      },
    };
    shown = mine;
  });
};

export const proving = {
  get shown() {
    return shown;
  },
};
