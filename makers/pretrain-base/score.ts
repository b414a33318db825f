/**
 * Bits per byte of a model on held-out rows. Each row is cut into windows of a given length, each scored without
 * earlier context. usage: score.ts MODEL_FOLDER ROWS.jsonl [WINDOW]
 */
import { readFileSync } from 'node:fs';
import { collateRows } from '../../src/answering/tasks/rows/collate.ts';
import { countTokens } from '../../src/answering/tasks/rows/trained-tokens.ts';
import { nextTokenLoss } from '../../src/training/objectives/next-token.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { Tokenizer } from '../../src/models/text/index.ts';
import { evaluateRows } from '../../src/training/evaluate-losses.ts';
import type { Objective } from '../../src/training/objective.ts';
import type { PreparedRow } from '../../src/answering/tasks/rows/prepared-rows.ts';

const [folder, file, window = '1024'] = process.argv.slice(2);
if (folder === undefined || file === undefined) throw new Error('usage: score.ts MODEL_FOLDER ROWS.jsonl [WINDOW]');
const { model } = await loadModel(folder, { dtype: 'bf16' });
const tokenizer = await Tokenizer.load(folder);
const texts = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => (JSON.parse(line) as { text: string }).text);
const encoded = await tokenizer.encodeBatch(texts);
const rows: PreparedRow[] = [];
for (const [i, ids] of encoded.entries()) {
  for (let start = 0; start < ids.length - 1; start += Number(window)) {
    const part = ids.slice(start, start + Number(window) + 1);
    rows.push({
      id: `${i}:${start}`,
      ids: part,
      trained: new Uint8Array(part.length).fill(1),
      source: { file, line: i + 1 },
    });
  }
}
const objective = {
  task: 'causal-lm',
  unit: 'tokens',
  collate: (batch: readonly PreparedRow[]) => collateRows(batch, { causal: true }),
  counts: countTokens,
  loss: nextTokenLoss,
} as Partial<Objective> as Objective;
const { metrics, counts } = await evaluateRows({ model, objective }, rows, { microBatchTokens: 4096 });
const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
// No model here predicts the first token of a document; it is left out of the bits of both.
const bits = (metrics.loss * counts.tokens) / Math.LN2;
console.log(
  JSON.stringify({ model: folder, rows: texts.length, tokens: counts.tokens, bytes, bitsPerByte: bits / bytes }),
);
