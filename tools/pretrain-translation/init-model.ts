/**
 * Makes the folder that pre-training starts from: a byte-level vocabulary learnt from both languages, and a T5 of 6
 * million parameters with keyed random weights. usage: init-model.ts PAIRS.jsonl OUTPUT_FOLDER
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson } from '../../src/files/json.ts';
import { createModel } from '../../src/models/load.ts';
import { saveModel } from '../../src/models/save.ts';
import { newTokenizer, trainByteLevelBpe } from '../../src/text/index.ts';

const VOCABULARY = 6144;
const LENGTH = 512;
const [PAD, END] = ['<pad>', '</s>'];

const [pairs, output] = process.argv.slice(2);
if (pairs === undefined || output === undefined) throw new Error('usage: init-model.ts PAIRS.jsonl OUTPUT_FOLDER');

const texts = readFileSync(pairs, 'utf8')
  .split('\n')
  .filter(Boolean)
  .flatMap((line) => {
    const { prompt, completion } = JSON.parse(line) as { prompt: string; completion: string };
    return [prompt, completion];
  });
const json = await trainByteLevelBpe(texts, { vocabSize: VOCABULARY, specialTokens: [PAD, END] });
// T5 reads a text with its end.
const end = { SpecialToken: { id: END, type_id: 0 } };
const sequence = (id: 'A' | 'B', type_id: number) => ({ Sequence: { id, type_id } });
const post_processor = {
  type: 'TemplateProcessing',
  single: [sequence('A', 0), end],
  pair: [sequence('A', 0), end, sequence('B', 1), end],
  special_tokens: { [END]: { id: END, ids: [1], tokens: [END] } },
};
const tokenizer = await newTokenizer({ ...json, post_processor }, { roles: { pad: PAD, eos: END }, maxLength: LENGTH });
const config = {
  architectures: ['T5ForConditionalGeneration'],
  model_type: 't5',
  is_encoder_decoder: true,
  vocab_size: VOCABULARY,
  d_model: 256,
  d_kv: 64,
  d_ff: 768,
  // A decoder runs once for each token that is written: the encoder is the deeper one.
  num_layers: 4,
  num_decoder_layers: 2,
  num_heads: 4,
  relative_attention_num_buckets: 32,
  relative_attention_max_distance: 64,
  feed_forward_proj: 'relu',
  dropout_rate: 0,
  layer_norm_epsilon: 1e-6,
  initializer_factor: Number(process.env.FACTOR ?? 1),
  tie_word_embeddings: true,
  decoder_start_token_id: tokenizer.padId,
  pad_token_id: tokenizer.padId,
  eos_token_id: tokenizer.eosId,
};
const model = await createModel(config, { dtype: 'f32', seed: 42 });
saveModel(model, output);
tokenizer.save(output);
writeJson(join(output, 'generation_config.json'), {
  decoder_start_token_id: tokenizer.padId,
  eos_token_id: tokenizer.eosId,
  pad_token_id: tokenizer.padId,
});
const parameters = [...model.parameters()].reduce((sum, [, { tensor }]) => sum + tensor.size, 0);
console.log(`${output}: ${parameters} parameters, vocabulary of ${tokenizer.size}`);
