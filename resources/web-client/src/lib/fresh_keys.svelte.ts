// Publish keys that the server has just told. It tells each once, so they live as long as the page and are stored nowhere.
import { SvelteMap } from 'svelte/reactivity';

export const freshKeys = new SvelteMap<string, string>();
