import type { Format } from './format.ts';

/** `{ text }`: running text to continue. */
export const text: Format = {
  fields: ['text'],
  recognise: (sample) => (sample.has('text') ? ['text'] : undefined),
  read(row) {
    const value = row.text('text');
    return value === undefined ? undefined : { kind: 'text', text: value };
  },
};
