import { setFlagsFromString } from 'node:v8';

/** Maximum young generation of threads started later, in MiB. */
const NEW_OBJECTS = 8;

/**
 * Makes this thread and those it starts collect garbage sooner, for commands that stream rows. By default V8 lets
 * each heap double and its young generation grow to 128 MiB, which costs streams memory and saves little time.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString('--heap-growing-percent=20');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString(`--min-semi-space-size=${NEW_OBJECTS}`);
}
