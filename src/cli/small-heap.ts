import { setFlagsFromString } from 'node:v8';

/**
 * Has garbage collected when a heap has grown by a fifth, of this thread and those it starts: for commands that rows
 * stream through. V8 would let each heap double and more; on streams that costs memory and saves no time.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString('--heap-growing-percent=20');
}
