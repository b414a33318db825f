import { spans } from '../formats/spans.ts';
import { tagged as format } from '../formats/tagged.ts';
import { defineKind, type Provenance } from './kind.ts';

/** Words with one tag each: entities (`B-PER`), parts of speech. */
export interface TaggedExample extends Provenance {
  kind: 'tagged';
  words: readonly string[];
  /** One per word. */
  tags: readonly string[];
  /** Original text of the words, for rows to be tagged. */
  text?: string;
}

/** Tags that mark the beginning, inside and end of spans. */
const OF_STRETCHES = /^(O$|[BIESLU]-)/;

export const tagged = defineKind<TaggedExample, 'tagged' | 'spans', 'entities' | 'tags'>({
  name: 'tagged',
  formats: { tagged: format, spans },
  text: wholeText,
  row: (example) => ({ tokens: example.words, tags: example.tags }),
  cut: 'end',
  label: { type: 'tags', of: (example) => example.tags },
  prompt: wholeText,
  answer: (example) => example.tags.join(' '),
  isReadWhole: true,
  forms: {
    entities: {
      metrics: ['entity_f1', 'entity_precision', 'entity_recall', 'tag_accuracy'],
      inWords: 'tags of words',
    },
    tags: { metrics: ['tag_accuracy'], inWords: 'tags of words' },
  },
  formOf: (examples) =>
    examples.every(({ tags }) => tags.every((tag) => OF_STRETCHES.test(tag))) ? 'entities' : 'tags',
  objective: { name: 'token_classification', remark: 'a new head assigns a tag to each word' },
  needs: () => ({ reads: 'text', tasks: ['token'] }),
  layout: 'words',
});

function wholeText({ words }: TaggedExample): string {
  return words.join(' ');
}
