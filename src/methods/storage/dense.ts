import type { Storage } from '../../train/interfaces.ts';

/** Weights as they are. */
export function create(): Storage {
  return { note: undefined, dispose: () => undefined };
}
