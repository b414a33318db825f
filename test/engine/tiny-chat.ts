// A tiny decoder with a byte tokenizer and a chat template, as a folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createModel } from '../../src/models/load.ts';
import { saveModel } from '../../src/models/save.ts';
import { newTokenizer, trainByteLevelBpe } from '../../src/models/text/index.ts';

const TEMPLATE =
  '{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}' +
  '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';

export async function writeTinyChat(folder: string, config: Record<string, unknown> = {}): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const specialTokens = ['<|im_start|>', '<|im_end|>'];
  const json = await trainByteLevelBpe(['yes or no, yes or no'], { vocabSize: 280, specialTokens });
  const tokenizer = await newTokenizer(json, { roles: { eos: '<|im_end|>' } });
  tokenizer.save(folder);
  writeFileSync(join(folder, 'chat_template.jinja'), TEMPLATE);
  const shape = {
    model_type: 'llama',
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 2048,
    initializer_range: 0.3,
    tie_word_embeddings: true,
    eos_token_id: tokenizer.special.eos?.id,
    vocab_size: tokenizer.size,
  };
  const model = await createModel({ ...shape, ...config }, { dtype: 'f32', seed: 3 });
  saveModel(model, folder, { dtype: 'f32' });
  model.dispose();
  return folder;
}
