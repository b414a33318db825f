import { Detector } from '../src/index.ts';

export const detector = new Detector();

/** Findings as "kind: text". */
export function found(text: string): string[] {
  return detector.find(text).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);
}
