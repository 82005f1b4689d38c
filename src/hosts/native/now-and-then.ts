interface Pauses {
  readonly firstMs: number;
  readonly nextMs: number;
}

/** Does something soon, and again after a pause whenever it has ended. Returns what breaks it off, and waits for that. */
export function nowAndThen(work: (signal: AbortSignal) => Promise<void>, { firstMs, nextMs }: Pauses) {
  const abort = new AbortController();
  let turn = Promise.resolve();
  let timer = setTimeout(begin, firstMs);
  function begin(): void {
    turn = work(abort.signal).then(() => {
      if (!abort.signal.aborted) timer = setTimeout(begin, nextMs);
    });
  }
  return (): Promise<void> => {
    abort.abort();
    clearTimeout(timer);
    return turn;
  };
}
