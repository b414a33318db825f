import { decoderStart } from '../../models/decoder-start.ts';
import type { Model } from '../../models/model.ts';
import { declaredGeneration, type Tokenizer } from '../../models/text/index.ts';

/** First tokens of an encoder-decoder's answers, and tokens that are banned from them. */
export interface AnswerStart {
  ids: Int32Array;
  /** Added to logits: -∞ for banned tokens. */
  logitBias: Record<number, number>;
}

/**
 * The decoder's start token, followed by the target language's token or the token that the model's files force. @throws
 * AttuneError E_CONFIG_BAD, E_TRANSLATION_LANGUAGE
 */
export function answerStart({ config }: Pick<Model, 'config'>, tokenizer: Tokenizer): AnswerStart {
  const declared = { ...config, ...declaredGeneration(tokenizer) };
  const { forced_bos_token_id: forced, bad_words_ids: words, suppress_tokens: tokens } = declared;
  const ofLanguage = tokenizer.answerStart;
  const first = ofLanguage.length > 0 ? ofLanguage : Number.isInteger(forced) ? [forced as number] : [];
  // Only words of a single token can be banned by token id.
  const banned = [...listOf(words).filter((word) => listOf(word).length === 1), ...listOf(tokens)].flat();
  return {
    ids: Int32Array.of(decoderStart(config), ...first),
    logitBias: Object.fromEntries(banned.map((id) => [Number(id), Number.NEGATIVE_INFINITY])),
  };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
