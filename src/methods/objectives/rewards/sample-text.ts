import type { PlacedSample } from './reward.ts';

const SHOWN = 200;

/** A sample for people: its prompt and the answer. */
export function callTexts({ prompt, completion }: Pick<PlacedSample, 'prompt' | 'completion'>): string {
  const asked = typeof prompt === 'string' ? prompt : (prompt.at(-1)?.content ?? '');
  return `prompt ${shortened(asked)}, answer ${shortened(completion)}`;
}

function shortened(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
