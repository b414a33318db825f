import type { TaggedExample } from '../../data/example.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import type { Baseline } from './baseline.ts';

/** Gives each word its most frequent tag in the training rows, and unknown words the most frequent tag overall. */
export const frequentTag: Baseline = {
  name: 'frequent_tag',
  title: 'most frequent tag of each word',
  forms: ['entities', 'tags'],
  unfit: () => undefined,
  async fit(train) {
    const rows = train as readonly TaggedExample[];
    const byWord = new Map<string, Map<string, number>>();
    const all = new Map<string, number>();
    for (const { words, tags } of rows) {
      for (const [i, tag] of tags.entries()) {
        const counts = byWord.get(words[i]) ?? new Map<string, number>();
        byWord.set(words[i], counts.set(tag, (counts.get(tag) ?? 0) + 1));
        all.set(tag, (all.get(tag) ?? 0) + 1);
      }
    }
    const most = new Map([...byWord].map(([word, counts]) => [word, mostOf(counts)]));
    const other = mostOf(all);
    return rowPredictor('frequent_tag', (example) => {
      const tags = (example as TaggedExample).words.map((word) => most.get(word) ?? other);
      return { text: tags.join(' ') };
    });
  },
};

function mostOf(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}
