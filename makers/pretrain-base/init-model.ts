/**
 * Makes the initial model folder for pre-training: a byte-level vocabulary learnt from the corpus, and a Llama of about
 * 5.8 M parameters with reproducible random weights. usage: init-model.ts CORPUS_FOLDER OUTPUT_FOLDER
 */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeJson } from '../../src/files/json.ts';
import { createModel } from '../../src/models/load-model.ts';
import { saveModel } from '../../src/models/save.ts';
import { newTokenizer, trainByteLevelBpe, withChatTemplate } from '../../src/models/text/index.ts';

const VOCABULARY = 4096;
const LENGTH = 1024;

async function* texts(folder: string): AsyncGenerator<string> {
  for (const name of readdirSync(folder)
    .filter((file) => /^train-\d+\.jsonl$/.test(file))
    .toSorted()) {
    for await (const line of createInterface({
      input: createReadStream(join(folder, name)),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      yield (JSON.parse(line) as { text: string }).text;
    }
  }
}

const [corpus, output] = process.argv.slice(2);
if (corpus === undefined || output === undefined) throw new Error('usage: init-model.ts CORPUS_FOLDER OUTPUT_FOLDER');

const json = await trainByteLevelBpe(texts(corpus), {
  vocabSize: VOCABULARY,
  specialTokens: ['<|pad|>', '<|endoftext|>', '<|im_start|>', '<|im_end|>'],
});
const plain = await newTokenizer(json, { roles: { pad: '<|pad|>', eos: '<|endoftext|>' }, maxLength: LENGTH });
const tokenizer = await withChatTemplate(plain);
const config = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  attention_dropout: 0,
  bos_token_id: null,
  eos_token_id: tokenizer.eosId,
  head_dim: 64,
  hidden_act: 'silu',
  hidden_size: 256,
  initializer_range: 0.02,
  intermediate_size: 768,
  max_position_embeddings: LENGTH,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: 4,
  num_hidden_layers: 6,
  num_key_value_heads: 2,
  pad_token_id: tokenizer.padId,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  rope_theta: 10000,
  tie_word_embeddings: true,
  vocab_size: VOCABULARY,
};
const model = await createModel(config, { dtype: 'f32', seed: 42 });
saveModel(model, output);
tokenizer.save(output);
writeJson(join(output, 'generation_config.json'), {
  eos_token_id: [tokenizer.eosId, tokenizer.idOf('<|im_end|>')],
  pad_token_id: tokenizer.padId,
});
console.log(`${output}: vocabulary of ${tokenizer.size}`);
