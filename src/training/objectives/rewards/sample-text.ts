import type { PlacedSample } from './reward.ts';

const SHOWN = 200;

/** A sample for display: prompt and answer. */
export function callTexts({ prompt, completion }: Pick<PlacedSample, 'prompt' | 'completion'>): string {
  return `prompt ${shortened(lastOf(prompt))}, answer ${shortened(completion)}`;
}

function lastOf(prompt: PlacedSample['prompt']): string {
  return typeof prompt === 'string' ? prompt : (prompt.at(-1)?.content ?? '');
}

/** A whole prompt as text: each message after its role. */
export function promptOf({ prompt }: Pick<PlacedSample, 'prompt'>): string {
  if (typeof prompt === 'string') return prompt;
  if (prompt.length === 1) return prompt[0].content;
  return prompt.map(({ role, content }) => `${role}: ${content}`).join('\n\n');
}

function shortened(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
