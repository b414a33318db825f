// llama.cpp reads files that are written here and gives the same tokens and answers. Requires ATTUNE_LLAMA_CPP, a
// folder in which `npm install node-llama-cpp` was run.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { generate } from '../../../src/answering/decoding/index.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { loadGguf, planGguf, writeModelGguf } from '../../../src/models/gguf/index.ts';
import { createModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { ggufVocabulary } from '../../../src/models/text/gguf/index.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';
import { tinyGguf, tinyGgufTypes } from './tiny-gguf.ts';

const llama = process.env.ATTUNE_LLAMA_CPP;
const folder = mkdtempSync(join(tmpdir(), 'attune-llama-cpp-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COUNT = 20;
const texts = [
  'hello',
  'Hello world, this is a test.',
  ' two  spaces',
  'é日本🙂\n\ttab',
  '<s>hello</s> world',
  'a 12345 !!',
];

const program = `
const { path, texts, prompts, count, library } = JSON.parse(process.argv[2]);
const { getLlama, LlamaLogLevel } = await import(library);
const llama = await getLlama({ build: 'never', gpu: false, logLevel: LlamaLogLevel.error, maxThreads: 1 });
const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
const answers = [];
for (const prompt of prompts) {
  // Keys and values in f16, the default and flash attention's, would tip close choices.
  const cache = { flashAttention: false, experimentalKvCacheKeyType: 'F32', experimentalKvCacheValueType: 'F32' };
  const context = await model.createContext({ contextSize: 64, threads: 1, ...cache });
  const answer = [];
  for await (const id of context.getSequence().evaluate(prompt, { temperature: 0 })) if (answer.push(id) >= count) break;
  answers.push(answer);
}
console.log(JSON.stringify({ tokens: texts.map((text) => model.tokenize(text, true)), answers }));
process.exit(0);`;

interface Read {
  tokens: number[][];
  answers: number[][];
}

function read(path: string, prompts: readonly number[][]): Read {
  const library = join(llama!, 'node_modules/node-llama-cpp/dist/index.js');
  const script = join(folder, 'program.mjs');
  writeFileSync(script, program);
  const asked = JSON.stringify({ path, texts, prompts, count: COUNT, library });
  const output = execFileSync(process.execPath, [script, asked], { encoding: 'utf8' });
  return JSON.parse(output.trim().split('\n').at(-1)!) as Read;
}

async function pieces(settings: object): Promise<Tokenizer> {
  const place = mkdtempSync(join(folder, 'pieces-'));
  cpSync(resolve('fixtures/text/sentencepiece/llama.model'), join(place, 'tokenizer.model'));
  writeFileSync(
    join(place, 'tokenizer_config.json'),
    JSON.stringify({ tokenizer_class: 'LlamaTokenizer', ...settings }),
  );
  return Tokenizer.load(place);
}

/** Lead of the most likely next token over the second, in logits. */
function lead(model: Model, ids: readonly number[]): number {
  return noGrad(() =>
    scope(() => {
      const input = { ids: BigInt64Array.from(ids, BigInt), layout: layoutOfRows([ids.length], { causal: true }) };
      const [first, second] = model.tokenHead
        .logits(model.hidden(input).narrow(0, ids.length - 1, 1))
        .flatten()
        .toNumbers()
        .toSorted((a, b) => b - a);
      return first - second;
    }),
  );
}

/** Generated ids up to llama.cpp's end token. */
async function answersOf(model: Model, tokenizer: Tokenizer, prompts: readonly number[][]): Promise<number[][]> {
  const found = await generate({ model, tokenizer }, prompts, { maxNewTokens: COUNT });
  return found.map(({ ids }) => ids);
}

const gemma = {
  sliding_window: 8,
  query_pre_attn_scalar: 16,
  rope_theta: 1e6,
  tie_word_embeddings: true,
  hidden_activation: 'gelu_pytorch_tanh',
};

describe.skipIf(llama === undefined)('llama.cpp', () => {
  const prompts = [
    [1, 5, 9, 30],
    [1, 100, 7, 8, 44],
  ];

  const cases: [type: string, spaces: string, settings: object][] = [
    ['llama', 'a space before texts', {}],
    ['mistral', 'none', { add_prefix_space: false }],
    ['phi3', 'a space before texts', {}],
    ['gemma2', 'none', { add_prefix_space: false }],
    ['gemma3_text', 'none', { add_prefix_space: false }],
    ['qwen2', 'none', { add_prefix_space: false }],
    ['qwen3', 'a space before texts', {}],
    ...Object.keys(tinyGgufTypes).map((type): [string, string, object] => [type, 'none', { add_prefix_space: false }]),
  ];

  it.each(cases)(
    'reads %s with a vocabulary of SentencePiece and %s, and answers the same',
    async (type, _, settings) => {
      const tokenizer = await pieces(settings);
      const raw = {
        ...tinyGguf(tokenizer.size),
        model_type: type,
        ...(type.startsWith('gemma') && gemma),
        ...(type === 'gemma3_text' && { num_hidden_layers: 6 }),
        ...tinyGgufTypes[type],
      };
      const model = await createModel(raw, { task: 'causal-lm', dtype: 'f32', seed: 3 });
      const path = join(folder, `${type}.gguf`);
      const { metadata, differences } = ggufVocabulary(tokenizer, tokenizer.size);
      expect(differences).toEqual([]);
      writeModelGguf(path, planGguf(model, 'f32'), metadata);
      const { tokens, answers } = read(path, prompts);
      const encoded = await Promise.all(texts.map((text) => tokenizer.encode(text)));
      expect(tokens).toEqual(encoded.map((ids) => [...ids]));
      expect(answers).toEqual(await answersOf(model, tokenizer, prompts));
    },
  );

  it.each(['q8_0', 'q4_0', 'q4_k_m'] as const)(
    'reads %s, and answers as what was read back here does',
    async (form) => {
      const tokenizer = await pieces({});
      const raw = {
        ...tinyGguf(tokenizer.size),
        model_type: 'llama',
        hidden_size: 256,
        intermediate_size: 512,
        head_dim: 64,
        num_hidden_layers: 3,
        // Larger weights would amplify rounding errors from layer to layer.
        initializer_range: 0.06,
      };
      const model = await createModel(raw, { task: 'causal-lm', dtype: 'f32', seed: 3 });
      const path = join(folder, `${form}.gguf`);
      writeModelGguf(path, planGguf(model, form), ggufVocabulary(tokenizer, tokenizer.size).metadata);
      const { answers } = read(path, prompts);
      const loaded = await loadGguf(path, model.config);
      const own = await answersOf(loaded, tokenizer, prompts);
      // Its products round activations to 8 bits: answers may only diverge where two tokens are about equally likely.
      const leads = answers.flatMap((answer, i) => {
        const place = answer.findIndex((id, t) => id !== own[i][t]);
        return place === -1 ? [] : [lead(loaded, [...prompts[i], ...own[i].slice(0, place)])];
      });
      expect(leads.filter((one) => one >= 0.05)).toEqual([]);
    },
  );
});
