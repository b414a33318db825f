import { engine } from './engine.ts';

/** One call of an operator, or a span of the caller's own. Times in microseconds. */
export interface Span {
  name: string;
  /** Index of the span around this one, or -1. */
  parent: number;
  start: number;
  end: number;
  /** Processor time, of all threads. */
  processor: number;
  /** Bytes that were allocated inside it, without what inner spans allocated. */
  bytes: number;
}

const FIELDS = 6;

let isRecording = false;

/** Records every operator from now on, forward and backward. */
export function startProfile(): void {
  engine().profileStart();
  isRecording = true;
}

/** Runs `body` as a span around its operators, where a profile is recorded; else just runs it. */
export function span<T>(name: string, body: () => T): T {
  if (!isRecording) return body();
  const native = engine();
  native.profileEnter(name);
  try {
    return body();
  } finally {
    native.profileLeave();
  }
}

/** Ends the recording. Spans come in the order of their starts: a parent precedes what is inside it. */
export function stopProfile(): Span[] {
  isRecording = false;
  const [names, buffer] = engine().profileStop();
  const values = new Float64Array(buffer);
  return Array.from({ length: values.length / FIELDS }, (_, i) => {
    const [name, parent, start, end, processor, bytes] = values.subarray(i * FIELDS, (i + 1) * FIELDS);
    return { name: names[name], parent, start, end, processor, bytes };
  });
}
