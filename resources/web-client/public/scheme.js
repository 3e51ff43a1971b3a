// Sets the colour scheme before the first paint, so that it does not flash. Everything else about it is in src/lib/scheme.svelte.ts.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('matinee.scheme');
  } catch (e) {
    // Storage is switched off: the system's scheme applies.
  }
  if (chosen !== 'dark' && chosen !== 'light') chosen = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  document.documentElement.dataset.scheme = chosen;
})();
