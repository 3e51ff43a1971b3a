// Runs before the first paint, so that a chosen colour scheme does not flash. Everything else about it is in src/lib/scheme.svelte.ts.
try {
  var chosen = localStorage.getItem('matinee.scheme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.scheme = chosen;
} catch (e) {
  // Storage is switched off: the system's scheme applies.
}
