import { setFlagsFromString } from 'node:v8';

/** Young generation of threads started later, in mebibytes. */
const NEW_OBJECTS = 8;

/**
 * Collects garbage sooner in this thread and those it starts: for commands that stream rows. By default, V8 lets each
 * heap double or more and new objects fill up to 128 MiB; for streams, that costs memory and saves little time.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString('--heap-growing-percent=20');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString(`--min-semi-space-size=${NEW_OBJECTS}`);
}
