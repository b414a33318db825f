import { keyedNormal } from '../../models/initialise.ts';
import type { Model } from '../../models/model.ts';
import { indexOf } from '../../models/token-tables.ts';
import { noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { TokenRow } from '../../data/cut-row.ts';
import { AttuneError } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import type { Embedding } from '../../engine/nn/index.ts';
import type { Begun, PassedRows, Tuning, TuningContext } from '../interfaces.ts';
import { begin } from './layer-method.ts';
import { promptTuning } from './prompt-part.ts';
import { drawnTokens, PromptTable, textTable } from './prompt-table.ts';
import type { PromptTuningOptions } from './prompt_tuning.options.ts';
import { refuseTokens } from './token-indices.ts';

/** Key of the initial vectors. */
const PROMPT = 'prompt_embeddings';

/** Initial vectors: those of tokens in training rows, which show the base the form of prompts and answers. */
export function beforeStart(
  options: PromptTuningOptions,
  model: Model,
  passed: PassedRows | undefined,
): Promise<Begun<PromptTuningOptions> | undefined> {
  const { prompt_tuning_init: way } = options;
  if (way === 'rows' && passed?.private !== undefined) throw unprivate(passed.private);
  const readsRows = way === 'rows' || (way === 'auto' && passed?.private === undefined);
  if (!readsRows || passed === undefined) return Promise.resolve(undefined);
  const table = textTable(model);
  const ids = tokensOfRows(passed.rows, options.num_virtual_tokens).filter((id) => id < table.count);
  if (ids.length === 0) return Promise.resolve(undefined);
  const filled = Array.from({ length: options.num_virtual_tokens }, (_, i) => ids[i % ids.length]);
  return Promise.resolve({ options, starts: new Map([[PROMPT, noGrad(() => vectorsOf(table, filled))]]) });
}

/** The first `count` tokens of answers in rows spread over the set; a row's last `count` tokens if its answer is shorter. */
function tokensOfRows(rows: readonly TokenRow[], count: number): number[] {
  const spread = Math.min(count, rows.length);
  const ids: number[] = [];
  for (let i = 0; i < spread && ids.length < count; i++) {
    const { ids: own, trained } = rows[Math.floor((i * rows.length) / spread)];
    const from = Math.max(0, Math.min(trained.indexOf(1), own.length - count));
    pushAll(ids, own.subarray(from, from + count - ids.length));
  }
  return ids;
}

/** f32 [n, D] */
function vectorsOf({ weight }: Embedding, ids: readonly number[]): Tensor {
  return scope(() => weight.tensor.indexSelect(0, indexOf(ids, weight.tensor.device)).to('f32').clone());
}

function unprivate(optimizer: string): AttuneError {
  return new AttuneError('E_START_UNSUPPORTED', {
    what:
      `prompt_tuning_init rows reads the training rows directly, but optimizer ${optimizer} limits what may be ` +
      'learnt from each row',
    fix: 'set tuning.prompt_tuning_init to sample_vocab',
  });
}

function build(model: Model, options: PromptTuningOptions, { seed, starts }: Partial<TuningContext>): Tuning {
  const table = new PromptTable(model, options.num_virtual_tokens);
  const first = starts?.get(PROMPT);
  noGrad(() =>
    scope(() =>
      begin(table.prompt_embeddings, { model, seed }, (own) => first?.clone() ?? firstValues(model, options, own)),
    ),
  );
  const own = {
    num_virtual_tokens: options.num_virtual_tokens,
    prompt_tuning_init: 'RANDOM',
    prompt_tuning_init_text: null,
    tokenizer_kwargs: null,
    tokenizer_name_or_path: null,
  };
  return promptTuning(model, table, { peftType: 'PROMPT_TUNING', modulesToSave: options.modules_to_save, own });
}

/** f32 [n, D] */
function firstValues(model: Model, options: PromptTuningOptions, seed: number): Tensor {
  const table = textTable(model);
  const { width } = table;
  const { num_virtual_tokens: n } = options;
  if (options.prompt_tuning_init === 'random') return keyedNormal([n, width], { seed, path: 'prompt_embeddings' }, 1);
  return vectorsOf(table, drawnTokens(table, { seed, count: n }));
}

export function create(model: Model, options: PromptTuningOptions, context: TuningContext): Tuning {
  refuseTokens(context.tokens, model, options.modules_to_save);
  return build(model, options, context);
}

export function open(model: Model, options: PromptTuningOptions): Tuning {
  return build(model, options, {});
}
