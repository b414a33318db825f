import { readFileSync } from 'node:fs';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import { hasTurns } from '../../data/compared-text.ts';
import { kindOf } from '../../data/kinds/index.ts';
import { isCausal } from '../../models/architecture.ts';
import { architectures } from '../../models/index.ts';
import { readConfig } from '../../models/load-model.ts';
import {
  chooseTemplate,
  wantsAnswerSpace,
  withAnswerSpace,
  withChatTemplate,
  type Tokenizer,
} from '../../models/text/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { checkHash, isFile } from '../../training/reference.ts';
import { tokenizerOf } from '../../answering/model/model-readers.ts';
import { speechTokenizer, type RunTokenizer } from './speech-tokenizer.ts';

/** Decisions on the rows from an earlier part of the run. */
export interface TokenizerChoice {
  answerSpace?: boolean;
}

/**
 * The base model's tokenizer with the recipe's new tokens and the prompt format of the rows: a chat template (a default
 * if the base model has none), and the space before plain-text answers. @throws E_NEW_TOKENS, E_TRAINABLE_TOKENS,
 * E_TEMPLATE_MISSING, E_TEMPLATE_INVALID, E_TEMPLATE_KWARGS, E_TEMPLATE_UNUSED, E_OPTION_IDLE, E_REFERENCE_CHANGED,
 * E_TRANSLATION_LANGUAGE
 */
export async function runTokenizer(
  recipe: Recipe,
  base: string,
  examples: readonly Example[],
  decided: TokenizerChoice = {},
): Promise<RunTokenizer> {
  const spoken = await speechTokenizer(recipe, base, examples);
  if (spoken !== undefined) return spoken;
  const own = inLanguages(recipe, await tokenizerOf(base));
  const { new_tokens: wanted } = recipe.data;
  refuseKnown(wanted, own);
  const { tokenizer: larger, newIds } = await own.addTokens(wanted);
  const trainable = 'trainable_tokens' in recipe.tuning ? recipe.tuning.trainable_tokens : [];
  const trained = [...new Set([...newIds, ...(await idsOf(trainable, larger))])].toSorted((a, b) => a - b);
  const templated = await withTemplate(recipe, larger, await needsTemplate(base, examples));
  const tokenizer = await withAnswerSpace(
    templated,
    decided.answerSpace ?? (await decideSpace(recipe, templated, examples)),
  );
  return { tokenizer, vocabulary: { size: tokenizer.size, known: own.size, newIds, trained } };
}

/** Sets the languages of the rows for encoder-decoders. */
function inLanguages({ objective }: Recipe, tokenizer: Tokenizer): Tokenizer {
  if (objective.name !== 'seq2seq') return tokenizer;
  const { src_lang, tgt_lang } = objective;
  return tokenizer.withLanguages({ src_lang, tgt_lang });
}

function refuseKnown(wanted: Recipe['data']['new_tokens'], tokenizer: Tokenizer): void {
  const problems = wanted.flatMap(({ content }, index): Problem[] => {
    const field = `data.new_tokens[${index}]`;
    if (wanted.findIndex((other) => other.content === content) < index) {
      return [{ field, message: `"${content}" is listed twice`, fix: 'give it once' }];
    }
    if (tokenizer.idOf(content) === null) return [];
    const fix = 'remove it; tuning.trainable_tokens trains existing tokens';
    return [{ field, message: `"${content}" is already a token of the model`, fix }];
  });
  if (problems.length === 0) return;
  throw new AttuneError('E_NEW_TOKENS', { what: `Tokens cannot be added to ${tokenizer.origin}`, problems });
}

/** A token is named by its spelling in the vocabulary, by a text that encodes to it alone, or by its id. */
async function idsOf(tokens: readonly (string | number)[], tokenizer: Tokenizer): Promise<number[]> {
  const problems: Problem[] = [];
  const ids: number[] = [];
  for (const [index, token] of tokens.entries()) {
    const field = `tuning.trainable_tokens[${index}]`;
    if (typeof token === 'number') {
      if (tokenizer.tokenOf(token) === null) problems.push({ field, message: `no token has the id ${token}` });
      else ids.push(token);
      continue;
    }
    const id = tokenizer.idOf(token);
    const pieces = id === null ? await tokenizer.encode(token) : [id];
    if (pieces.length === 1) ids.push(pieces[0]);
    else
      problems.push({
        field,
        message: `"${token}" is not a single token of the model but ${pieces.length} tokens`,
        fix: NEW,
      });
  }
  if (problems.length === 0) return ids;
  throw new AttuneError('E_TRAINABLE_TOKENS', { what: 'Some of the tokens to train do not exist', problems });
}

const NEW = 'data.new_tokens makes it a single token and trains it';

/** Whether rows need a chat template: conversations, and decoder inputs that are laid out within one. */
async function needsTemplate(base: string, examples: readonly Example[]): Promise<boolean> {
  if (examples.some(hasTurns)) return true;
  if (!examples.some((example) => kindOf(example).isTemplated)) return false;
  const raw = readConfig(base);
  return isCausal(await architectures.load(String(raw.model_type)), raw);
}

async function withTemplate(recipe: Recipe, tokenizer: Tokenizer, isNeeded: boolean): Promise<Tokenizer> {
  const { chat_template: template, chat_template_kwargs: kwargs } = recipe.data;
  if (!isNeeded) {
    refuseUnused(recipe);
    return tokenizer;
  }
  if (template === null) return chooseTemplate(await withChatTemplate(tokenizer), { kwargs });
  return chooseTemplate(tokenizer, { template: readTemplate(template, recipe.references), kwargs });
}

/** Only rows trained as prompt and completion have a border for the space. @throws AttuneError E_OPTION_IDLE */
async function decideSpace({ data, objective }: Recipe, tokenizer: Tokenizer, examples: readonly Example[]) {
  const plain = objective.name === 'sft' ? examples.filter((one) => one.kind === 'completion') : [];
  if (data.answer_space === 'auto') return wantsAnswerSpace(plain, tokenizer);
  if (plain.length > 0 || !data.answer_space) return data.answer_space;
  throw new AttuneError('E_OPTION_IDLE', {
    what: 'data.answer_space has no effect: no row is trained as prompt and completion',
    fix: 'remove it, or train on rows with prompt and completion (objective: sft)',
  });
}

/** The file of that name if it exists; otherwise a template name. */
function readTemplate(template: string, hashes: Recipe['references']) {
  if (!isFile(template)) return { name: template };
  checkHash(template, { file: template }, hashes);
  return { text: readFileSync(template, 'utf8'), origin: template };
}

function refuseUnused({ data }: Recipe): void {
  const set = [
    ...(data.chat_template === null ? [] : ['data.chat_template']),
    ...(Object.keys(data.chat_template_kwargs).length === 0 ? [] : ['data.chat_template_kwargs']),
  ];
  if (set.length === 0) return;
  throw new AttuneError('E_TEMPLATE_UNUSED', {
    what: `${set.join(' and ')} has no effect: no row is a conversation`,
    expected: 'rows with messages, which are rendered by the chat template',
    fix: `remove ${set.length === 1 ? 'it' : 'them'}, or give the rows as messages (data.format, data.columns)`,
  });
}
