import { Detector } from '../src/index.ts';

export const detector = new Detector();

/** "kind: text" of all that is found. */
export function found(text: string): string[] {
  return detector.find(text).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);
}
