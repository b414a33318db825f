/** llama.cpp through node-llama-cpp in a separate folder, since attune does not depend on it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The part of node-llama-cpp 3 that is used here. */
export interface Sequence {
  evaluate(ids: readonly number[], options: Record<string, unknown>): AsyncGenerator<number>;
  clearHistory(): Promise<void>;
}
export interface LlamaModel {
  tokens: { bos: number | null };
  fileInfo: { metadata: { tokenizer: { ggml: { tokens: readonly string[] } } } };
  detokenize(ids: readonly number[], special?: boolean): string;
  createContext(options: Record<string, unknown>): Promise<LlamaContext>;
}
interface LlamaContext {
  getSequence(): Sequence;
}
interface LlamaPackage {
  getLlama(
    options: Record<string, unknown>,
  ): Promise<{ loadModel(options: { modelPath: string }): Promise<LlamaModel> }>;
}

/** `positions` is the context size per sequence. @throws Error if the package is not installed */
export async function openLlama(
  file: string,
  folder: string,
  { sequences, positions }: { sequences: number; positions: number },
): Promise<{ model: LlamaModel; context: LlamaContext }> {
  const entry = join(resolve(folder), 'node_modules/node-llama-cpp/dist/index.js');
  if (!existsSync(entry)) throw new Error(`no node-llama-cpp in ${folder}: npm install --no-save node-llama-cpp there`);
  const { getLlama } = (await import(pathToFileURL(entry).href)) as LlamaPackage;
  const threads = Number(process.env.ATTUNE_THREADS ?? 1);
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: 'error' });
  const model = await llama.loadModel({ modelPath: file });
  const context = await model.createContext({ sequences, contextSize: positions, batchSize: 2048, threads });
  return { model, context };
}
