import { recommend } from '../../recommend.ts';
import type { Answerer, AnswererOptions } from './answerer.ts';

const ITEMS = 10;

/** Recommends items that are likely to follow the given ones. Recommenders are small, so they are loaded for each question. */
export function openRecommending({ target, signal: end }: AnswererOptions): Promise<Answerer> {
  return Promise.resolve({
    async ask(question, say, stop) {
      if (question.kind !== 'texts') return;
      const signal = AbortSignal.any([end, stop]);
      const input = [{ items: question.texts }];
      const { answers = [] } = await recommend(target, { input, count: ITEMS, format: 'sequences', signal });
      const [{ items, unknown = [] }] = answers;
      const bars = items.map(({ item, score }) => ({ label: item, figure: score.toFixed(3) }));
      const note = unknown.length > 0 ? `unknown to the model: ${unknown.join(', ')}` : undefined;
      say({ answer: { bars, note } });
    },
    close: () => Promise.resolve(),
  });
}
