/**
 * The same measurements of llama.cpp, through node-llama-cpp in a folder of its own (attune does not depend on it);
 * `bench/generation.ts` starts it: `node bench/llama-cpp.ts MODEL.gguf FOLDER`. The load and each token's way through
 * JavaScript count, as they do with us.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { measureRates, type Answer } from './generation-cases.ts';

/** What is used of node-llama-cpp 3. */
interface Sequence {
  evaluate(ids: readonly number[], options: Record<string, unknown>): AsyncGenerator<number>;
  clearHistory(): Promise<void>;
}
interface LlamaModel {
  tokens: { bos: number | null };
  fileInfo: { metadata: { tokenizer: { ggml: { tokens: readonly string[] } } } };
  createContext(options: Record<string, unknown>): Promise<{ getSequence(): Sequence }>;
}
interface LlamaPackage {
  getLlama(
    options: Record<string, unknown>,
  ): Promise<{ loadModel(options: { modelPath: string }): Promise<LlamaModel> }>;
}

const [file, folder] = process.argv.slice(2);
const entry = join(resolve(folder), 'node_modules/node-llama-cpp/dist/index.js');
if (!existsSync(entry)) throw new Error(`no node-llama-cpp in ${folder}: npm install --no-save node-llama-cpp there`);
const { getLlama } = (await import(pathToFileURL(entry).href)) as LlamaPackage;
const threads = Number(process.env.ATTUNE_THREADS ?? 1);
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: 'error' });
const model = await llama.loadModel({ modelPath: file });
const [rows, positions] = [32, 640];
const context = await model.createContext({ sequences: rows, contextSize: positions, batchSize: 2048, threads });
const sequences = Array.from({ length: rows }, () => context.getSequence());

const answer: Answer = (prompts, newTokens) =>
  Promise.all(prompts.map((ids, row) => continued(sequences[row], ids, newTokens)));

async function continued(sequence: Sequence, ids: readonly number[], newTokens: number): Promise<void> {
  await sequence.clearHistory();
  let made = 0;
  // Ends of texts count as tokens like others, so that every row has as many.
  for await (const _ of sequence.evaluate(ids, { temperature: 0, yieldEogToken: true })) {
    if (++made === newTokens) break;
  }
}

console.log(JSON.stringify(await measureRates(answer, model.fileInfo.metadata.tokenizer.ggml.tokens.length)));
process.exit(0);
