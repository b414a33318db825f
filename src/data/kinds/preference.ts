import type { ToolSchema } from '../../models/text/message.ts';
import { preference as format } from '../formats/preference.ts';
import { defineKind, type Provenance } from './kind.ts';
import { comparedText, lastSaid, spoken, turnsOf, type TextOrTurns } from './turns.ts';

/** Two answers to one prompt, as strings or as messages that continue the prompt's. */
export interface PreferenceExample extends Provenance {
  kind: 'preference';
  prompt: TextOrTurns;
  chosen: TextOrTurns;
  rejected: TextOrTurns;
  /** How much better the chosen answer is, for reward models. */
  margin?: number;
  tools?: readonly ToolSchema[];
}

export const preference = defineKind<PreferenceExample, 'preference', 'preference'>({
  name: 'preference',
  formats: { preference: format },
  text: (example) => `${comparedText(example.prompt)}\n${comparedText(example.chosen)}`,
  question: (example) => comparedText(example.prompt),
  cut: 'prompt',
  prompt: (example) => spoken(example.prompt),
  answer: (example) => lastSaid(example.chosen),
  turns: (example) => turnsOf(example.prompt),
  isPrompt: true,
  forms: {
    preference: {
      metrics: ['preference_accuracy'],
      inWords: 'pairs of answers',
      hasLikelihood: false,
      hasOwnBaselines: true,
    },
  },
  objective: { name: 'dpo', remark: 'makes the chosen answer more likely than the rejected one' },
  needs: () => ({ reads: 'text', tasks: ['causal-lm'] }),
  hasOtherNeeds: true,
  layout: 'preference',
});
