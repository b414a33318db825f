import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import { expectedText } from '../../scoring/prompt-text.ts';
import type { CtcOptions } from '../../training/objectives/ctc.options.ts';
import { readConfig } from '../../models/load-model.ts';
import { hasCtcVocabulary, Letters, lettersOf, withSpeechWish, type Tokenizer } from '../../models/text/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { tokenizerOf } from '../../answering/model/model-readers.ts';
import type { ModelOptions } from '../../models/skeleton.ts';

/** Requirements of a run's tokens on the model's embedding tables. */
export interface Vocabulary {
  /** Number of rows that the tokens need. */
  size: number;
  /** Rows below this belong to tokens of the base model. */
  known: number;
  /** Tokens that the base model does not have. */
  newIds: readonly number[];
  /** Tokens whose rows are trained under any tuning, including new ones. */
  trained: readonly number[];
}

/** The tokenizer that a recipe trains with. */
export interface RunTokenizer {
  tokenizer: Tokenizer;
  vocabulary: Vocabulary;
  /** Alphabet that the base model lacks, so that its head is new. */
  letters?: ModelOptions['letters'];
}

/** Letters have no rows in the model's embedding tables. */
const NO_TABLE = { size: 0, known: 0, newIds: [], trained: [] };

/**
 * The tokenizer for a run on recordings; undefined for other runs. @throws AttuneError E_NEW_TOKENS, E_SPEECH_LANGUAGE
 */
export async function speechTokenizer(
  recipe: Recipe,
  base: string,
  examples: readonly Example[],
): Promise<RunTokenizer | undefined> {
  const { objective } = recipe;
  if (objective.name !== 'ctc' && objective.name !== 'speech_seq2seq') return undefined;
  refuseTokens(recipe);
  if (objective.name === 'ctc') return letterTokenizer(objective, base, examples);
  const { language, task } = objective;
  const own = await tokenizerOf(base);
  const tokenizer = await withSpeechWish(own, { language: language ?? undefined, task });
  return { tokenizer, vocabulary: { ...NO_TABLE, size: own.size, known: own.size } };
}

async function letterTokenizer(
  { vocabulary }: CtcOptions,
  base: string,
  examples: readonly Example[],
): Promise<RunTokenizer> {
  const { architectures } = readConfig(base);
  const writes = Array.isArray(architectures) && architectures.some((name) => String(name).endsWith('ForCTC'));
  const isOwn = vocabulary === 'base' || (vocabulary === 'auto' && writes && hasCtcVocabulary(base));
  if (isOwn) return { tokenizer: await tokenizerOf(base), vocabulary: NO_TABLE };
  const texts = examples.flatMap((example) => (example.kind === 'speech' ? (expectedText(example) ?? []) : []));
  const tokenizer = await lettersOf(texts);
  const letters = { count: tokenizer.size, blank: new Letters(tokenizer).blank ?? 0 };
  return { tokenizer, vocabulary: NO_TABLE, letters };
}

function refuseTokens({ data, tuning }: Recipe): void {
  const trainable = 'trainable_tokens' in tuning ? tuning.trainable_tokens : [];
  if (data.new_tokens.length === 0 && trainable.length === 0) return;
  throw new AttuneError('E_NEW_TOKENS', {
    what: 'Speech models support neither new tokens nor trainable tokens',
    got: data.new_tokens.length > 0 ? 'data.new_tokens' : 'tuning.trainable_tokens',
    fix: 'remove the key',
  });
}
