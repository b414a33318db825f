/** Removes the separating space from answers to plain-text prompts, for models trained with one. */
import { spacedConstraint, type ConstraintSpec, type TextEvent } from '../../decoding/index.ts';
import { withoutSeparator, type Tokenizer } from '../../../models/text/index.ts';

type Prompt = string | object;

/** Removes the space from complete and streamed answers. */
export interface AnswerBorder {
  whole<Part extends { text: string }>(answer: Part): Part;
  streamed(event: TextEvent): TextEvent;
}

export function answerBorder(prompt: Prompt, tokenizer: Tokenizer): AnswerBorder {
  if (typeof prompt !== 'string' || !tokenizer.answerSpace)
    return { whole: (answer) => answer, streamed: (event) => event };
  const begun = new Set<number>();
  return {
    whole: (answer) => ({ ...answer, text: withoutSeparator(prompt, answer.text) }),
    streamed(event) {
      if (event.text === '' || begun.has(event.sample)) return event;
      begun.add(event.sample);
      return { ...event, text: withoutSeparator(prompt, event.text) };
    },
  };
}

/** Adapts the constraint to the space that the model writes before these answers. */
export function borderedConstraint(
  spec: ConstraintSpec,
  prompts: readonly Prompt[],
  tokenizer: Tokenizer,
): ConstraintSpec {
  const areSetOff = prompts.every((prompt) => typeof prompt === 'string' && /\S$/u.test(prompt));
  return tokenizer.answerSpace && areSetOff ? spacedConstraint(spec) : spec;
}
