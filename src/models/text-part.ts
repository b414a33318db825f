import { table } from '../base/table.ts';
import type { RawConfig } from './raw-config.ts';

interface TextModel {
  /** The class of the text model by itself. */
  className: string;
}

/** Types of vision language models whose text model is used. */
const textModels: Readonly<Record<string, TextModel>> = table({
  gemma3n: { className: 'Gemma3nForCausalLM' },
  llama4: { className: 'Llama4ForCausalLM' },
  qwen3_5: { className: 'Qwen3_5ForCausalLM' },
  qwen3_5_moe: { className: 'Qwen3_5MoeForCausalLM' },
});

/** Keys of the whole model that count for its text model too, where that has none of its own. */
const SHARED =
  /^(tie_word_embeddings|quantization_config|compression_config|torch_dtype|dtype|(bos|eos|pad)_token_id)$/;

/**
 * The configuration of the text model inside a model that reads images too: under its own type and class, by which it is
 * saved. Any other configuration stays as it is.
 */
export function textPart(raw: RawConfig): RawConfig {
  const { text_config: own } = raw;
  const known = textModels[String(raw.model_type)];
  if (known === undefined || typeof own !== 'object' || own === null) return raw;
  const shared = Object.fromEntries(Object.entries(raw).filter(([key]) => SHARED.test(key)));
  const model_type = `${String(raw.model_type)}_text`;
  return { ...shared, ...own, model_type, architectures: [known.className] };
}

/** Names of a text model's parameter inside the whole model, today's and older. */
export function namesInWhole(path: string): string[] {
  const own = `language_model.${path}`;
  return path.startsWith('model.') ? [own, path.replace(/^model\./, 'model.language_model.')] : [own];
}

/** Parts of a whole model that are left out, in words; undefined if none are. */
export function leftOut(raw: RawConfig): string | undefined {
  return textPart(raw) === raw ? undefined : 'what reads images: only its text model is read, trained and saved';
}
