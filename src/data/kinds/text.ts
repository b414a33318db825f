import type { Format } from '../formats/format.ts';
import { defineKind, type Provenance } from './kind.ts';

export interface TextExample extends Provenance {
  kind: 'text';
  text: string;
}

/** `{ text }`: running text to continue. */
const format: Format = {
  fields: ['text'],
  recognise: (sample) => (sample.has('text') ? ['text'] : undefined),
  read(row) {
    const value = row.text('text');
    return value === undefined ? undefined : { kind: 'text', text: value };
  },
};

export const text = defineKind<TextExample, 'text'>({
  name: 'text',
  formats: { text: format },
  text: (example) => example.text,
  row: (example) => ({ text: example.text }),
  cut: 'rows',
  prompt: () => '',
  answer: (example) => example.text,
  request: (example) => example.text,
  isRunningText: true,
  canChangePeople: true,
  objective: {
    name: 'pretrain',
    remark: 'trains on every token',
    ofClasses: { ForMaskedLM: { name: 'masked_lm', remark: 'predicts masked tokens from both sides' } },
  },
  needs: () => ({ reads: 'text', tasks: ['causal-lm', 'masked-lm'] }),
  layout: 'turns',
});
