/** Yields to timers, signals and messages. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Yields within long work that a signal may abort. @throws the signal's reason */
export async function takeTurn(signal?: AbortSignal): Promise<void> {
  await turn();
  signal?.throwIfAborted();
}

/** The result of `work`; if the signal is aborted first, throws its reason without waiting for the work. */
export async function unlessStopped<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (signal === undefined) return work;
  // Later failures are ignored.
  work.catch(() => undefined);
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
