import type { Asked, AskedMessage } from '../trace.ts';
import type { Signal } from './signal.ts';

export const system_prompt: Signal = {
  title: 'requests with a different system prompt from training',
  kind: 'share',
  directions: ['up'],
  of: ({ prompt }, { profile }) => {
    const system = systemOf(prompt);
    return profile === undefined || system === undefined ? undefined : Number(!profile.knowsSystemPrompt(system));
  },
  cause: 'an application that sends another system prompt, or none',
  action: 'send the system prompt of the training rows, or train with the new one',
};

/** System prompt of a conversation; '' if it has none. */
function systemOf(prompt: Asked | undefined): string | undefined {
  if (!Array.isArray(prompt)) return undefined;
  const [first] = prompt as readonly AskedMessage[];
  if (first === undefined || (first.role !== 'system' && first.role !== 'developer')) return '';
  return typeof first.content === 'string' ? first.content : undefined;
}
