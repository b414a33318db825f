import { engine } from './engine.ts';

/** A call of an operator, or a span set by the caller. Times in microseconds. */
export interface Span {
  name: string;
  /** Index of the enclosing span, or -1. */
  parent: number;
  start: number;
  end: number;
  /** CPU time of all threads. */
  processor: number;
  /** Bytes allocated inside, excluding inner spans. */
  bytes: number;
}

const FIELDS = 6;

let isRecording = false;

/** Records every operator from now on, forward and backward. */
export function startProfile(): void {
  engine().profileStart();
  isRecording = true;
}

/** Runs `body` as a span around its operators while a profile is recorded; otherwise just runs it. */
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

/** Stops recording. Spans are sorted by start, so parents precede their children. */
export function stopProfile(): Span[] {
  isRecording = false;
  const [names, buffer] = engine().profileStop();
  const values = new Float64Array(buffer);
  return Array.from({ length: values.length / FIELDS }, (_, i) => {
    const [name, parent, start, end, processor, bytes] = values.subarray(i * FIELDS, (i + 1) * FIELDS);
    return { name: names[name], parent, start, end, processor, bytes };
  });
}
