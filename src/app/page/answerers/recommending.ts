import { recommend } from '../../recommend.ts';
import { withUpload } from '../upload.ts';
import type { Answerer, AnswererOptions } from './answerer.ts';

const ITEMS = 10;

/** Items that are likely after those given. Models of items are small: they are loaded for each question. */
export function openRecommending({ target, signal: end }: AnswererOptions): Promise<Answerer> {
  return Promise.resolve({
    async ask(question, say, stop) {
      if (question.kind !== 'texts') return;
      const row = Buffer.from(`${JSON.stringify({ items: question.texts })}\n`);
      const signal = AbortSignal.any([end, stop]);
      const ask = (input: string) => recommend(target, { input, count: ITEMS, format: 'sequences', signal });
      const { rows } = await withUpload(row, ask, 'items.jsonl');
      const [{ items, unknown = [] }] = rows;
      const bars = items.map(({ item, score }) => ({ label: item, figure: score.toFixed(3) }));
      const note = unknown.length > 0 ? `not known to the model: ${unknown.join(', ')}` : undefined;
      say({ answer: { bars, note } });
    },
    close: () => Promise.resolve(),
  });
}
