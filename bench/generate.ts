/**
 * One measured generation in a separate process, started by `bench/generation.ts`: `node bench/generate.ts FOLDER
 * f32|bf16`. Prints one JSON line: tokens per second of wall time and of processor time.
 */
import { tokenTableOf } from '../src/models/architecture.ts';
import { loadModel } from '../src/models/load-model.ts';
import { generate } from '../src/answering/decoding/index.ts';
import { Tokenizer } from '../src/models/text/index.ts';
import { settleWeights } from '../src/answering/model/settle-weights.ts';
import { measureRates, type Answer } from './generation-cases.ts';

const [folder, dtype] = process.argv.slice(2);
const { model } = await loadModel(folder, { dtype: dtype as 'f32' | 'bf16' });
settleWeights(model);
const tokenizer = await Tokenizer.load(folder);
const answer: Answer = (prompts, maxNewTokens) =>
  generate({ model, tokenizer }, prompts, { maxNewTokens, stopIds: [] });
console.log(JSON.stringify(await measureRates(answer, tokenTableOf(model.trunk).count)));
