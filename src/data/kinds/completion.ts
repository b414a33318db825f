import { promptCompletion } from '../formats/prompt-completion.ts';
import { translation } from '../formats/translation.ts';
import { defineKind, type Provenance } from './kind.ts';

/** A prompt and an answer without a chat template, both strings; lists of messages are read as a chat. */
export interface CompletionExample extends Provenance {
  kind: 'completion';
  prompt: string;
  completion: string;
}

export const completion = defineKind<CompletionExample, 'prompt_completion' | 'translation'>({
  name: 'completion',
  formats: { prompt_completion: promptCompletion, translation },
  text: (example) => `${example.prompt}\n${example.completion}`,
  question: (example) => example.prompt,
  row: (example) => ({ prompt: example.prompt, completion: example.completion }),
  cut: 'prompt',
  label: { type: 'answer', of: (example) => example.completion.trim() },
  prompt: (example) => example.prompt,
  answer: (example) => example.completion,
  isPrompt: true,
  written: (example) => ({ prompt: example.prompt, answer: example.completion }),
  withWritten: (example, { prompt, answer }) => ({ ...example, prompt, completion: answer }),
  canChangePeople: true,
  objective: {
    name: 'sft',
    remark: 'trains on the answers, not on the prompts',
    ofClasses: {
      ForConditionalGeneration: { name: 'seq2seq', remark: 'reads the whole prompt, trains on the answer' },
    },
  },
  hasCheapRivals: true,
  needs: () => ({ reads: 'text', tasks: ['causal-lm', 'seq2seq'] }),
  layout: 'turns',
});
