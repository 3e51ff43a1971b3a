// Does something now, again and again while the page is looked at, and at once when it is looked at again.

/** `work` answers whether to go on. Returns what ends it. */
export function poll(everyMs: number, work: () => Promise<boolean>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  let working = false;

  async function turn(): Promise<void> {
    if (working || ended) return;
    working = true;
    const goOn = await work().catch(() => true);
    working = false;
    if (!goOn) end();
    if (!ended && !document.hidden) timer = setTimeout(turn, everyMs * (1 + Math.random() * 0.2));
  }
  function onVisibility(): void {
    clearTimeout(timer);
    if (!document.hidden) void turn();
  }
  function end(): void {
    ended = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onVisibility);
  }

  document.addEventListener('visibilitychange', onVisibility);
  void turn();
  return end;
}
