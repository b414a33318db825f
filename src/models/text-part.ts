import { table } from '../base/table.ts';
import type { RawConfig } from './raw-config.ts';

interface TextModel {
  /** Class of the text model on its own. */
  className: string;
}

/** Vision language models of which only the text model is used. */
const textModels: Readonly<Record<string, TextModel>> = table({
  gemma3n: { className: 'Gemma3nForCausalLM' },
  llama4: { className: 'Llama4ForCausalLM' },
  qwen3_5: { className: 'Qwen3_5ForCausalLM' },
  qwen3_5_moe: { className: 'Qwen3_5MoeForCausalLM' },
});

/** Keys of the whole model that also apply to its text model, unless overridden there. */
const SHARED =
  /^(tie_word_embeddings|quantization_config|compression_config|torch_dtype|dtype|(bos|eos|pad)_token_id)$/;

/**
 * Configuration of the text model inside a vision language model, with the type and class under which it is saved.
 * Any other configuration is returned unchanged.
 */
export function textPart(raw: RawConfig): RawConfig {
  const { text_config: own } = raw;
  const known = textModels[String(raw.model_type)];
  if (known === undefined || typeof own !== 'object' || own === null) return raw;
  const shared = Object.fromEntries(Object.entries(raw).filter(([key]) => SHARED.test(key)));
  const model_type = `${String(raw.model_type)}_text`;
  return { ...shared, ...own, model_type, architectures: [known.className] };
}

/** Names of a text model's parameter inside the whole model, current and older. */
export function namesInWhole(path: string): string[] {
  const own = `language_model.${path}`;
  return path.startsWith('model.') ? [own, path.replace(/^model\./, 'model.language_model.')] : [own];
}

/** Describes the parts of a model that are ignored; undefined if none are. */
export function leftOut(raw: RawConfig): string | undefined {
  return textPart(raw) === raw
    ? undefined
    : 'everything that reads images; only the text model is loaded, trained and saved';
}
