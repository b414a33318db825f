import { AttuneError } from './errors.ts';

/** Whether an error of the engine means that a device, or the machine, is out of memory. */
export function isOutOfMemory(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_MEMORY';
}

/** Turns out-of-memory errors into user errors, for work without a memory preflight. Returns other errors unchanged. */
export function explainOutOfMemory(error: unknown): unknown {
  if (!isOutOfMemory(error)) return error;
  return new AttuneError('E_OUT_OF_MEMORY', {
    what: 'The memory of the device is full',
    got: error.message.split('\n')[0],
    fix: 'use shorter texts or fewer requests at a time, a smaller model, storage nf4, or another --device',
    cause: error,
  });
}
