/** One listener shared by all handlers of Ctrl-C and SIGTERM: Node warns of a leak from the eleventh listener on. */

type StopSignal = 'SIGINT' | 'SIGTERM';
type Listener = (name: StopSignal) => void;

const listeners = new Set<Listener>();

function tell(name: StopSignal): void {
  for (const listener of listeners) listener(name);
}

/** @returns a function that removes the listener; without listeners, signals end the process as usual */
export function onStopSignals(listener: Listener): () => void {
  // Each call registers separately, even for the same function.
  const own: Listener = (name) => listener(name);
  if (listeners.size === 0) process.on('SIGINT', tell).on('SIGTERM', tell);
  listeners.add(own);
  return () => {
    if (listeners.delete(own) && listeners.size === 0) process.off('SIGINT', tell).off('SIGTERM', tell);
  };
}
