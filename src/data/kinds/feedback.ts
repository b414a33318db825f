import { kto } from '../formats/kto.ts';
import { defineKind, type Provenance } from './kind.ts';
import { comparedText, lastSaid, spoken, turnsOf, type TextOrTurns } from './turns.ts';

/** An answer with thumbs up or down (KTO). */
export interface FeedbackExample extends Provenance {
  kind: 'feedback';
  prompt: TextOrTurns;
  completion: TextOrTurns;
  label: boolean;
}

export const feedback = defineKind<FeedbackExample, 'kto'>({
  name: 'feedback',
  formats: { kto },
  text: (example) => `${comparedText(example.prompt)}\n${comparedText(example.completion)}`,
  question: (example) => comparedText(example.prompt),
  cut: 'prompt',
  prompt: (example) => spoken(example.prompt),
  answer: (example) => (example.label ? lastSaid(example.completion) : undefined),
  turns: (example) => turnsOf(example.prompt),
  isPrompt: true,
  objective: { name: 'kto', remark: 'makes good answers more likely and bad ones less likely' },
  needs: () => ({ reads: 'text', tasks: ['causal-lm'] }),
  hasOtherNeeds: true,
  layout: 'feedback',
});
