/**
 * The same measurements for llama.cpp, through node-llama-cpp in a separate folder (attune does not depend on it).
 * Started by `bench/generation.ts`: `node bench/llama-cpp.ts MODEL.gguf FOLDER`. Loading and the transfer of each token
 * to JavaScript count, as they do for attune.
 */
import { measureRates, type Answer } from './generation-cases.ts';
import { openLlama, type Sequence } from './llama-cpp-model.ts';

const [file, folder] = process.argv.slice(2);
const rows = 32;
const { model, context } = await openLlama(file, folder, { sequences: rows, positions: 640 });
const sequences = Array.from({ length: rows }, () => context.getSequence());

const answer: Answer = (prompts, newTokens) =>
  Promise.all(prompts.map((ids, row) => continued(sequences[row], ids, newTokens)));

async function continued(sequence: Sequence, ids: readonly number[], newTokens: number): Promise<void> {
  await sequence.clearHistory();
  let made = 0;
  // End-of-text tokens are treated like any other, so that every row has the same number of tokens.
  for await (const _ of sequence.evaluate(ids, { temperature: 0, yieldEogToken: true })) {
    if (++made === newTokens) break;
  }
}

console.log(JSON.stringify(await measureRates(answer, model.fileInfo.metadata.tokenizer.ggml.tokens.length)));
process.exit(0);
