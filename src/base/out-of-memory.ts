import { AttuneError } from './errors.ts';

/** Whether an error of the engine says that the memory of a device, or of the machine, is full. */
export function isOutOfMemory(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_MEMORY';
}

/** The same in the user's words, for work without a plan of its memory; other errors stay as they are. */
export function explainOutOfMemory(error: unknown): unknown {
  if (!isOutOfMemory(error)) return error;
  return new AttuneError('E_OUT_OF_MEMORY', {
    what: 'The memory of the device is full',
    got: error.message.split('\n')[0],
    fix: 'ask for less at once (shorter texts, fewer requests at a time), use a smaller model or storage nf4, or another --device',
    cause: error,
  });
}
