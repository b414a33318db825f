import { keyedNormal } from '../../models/initialise.ts';
import type { Model } from '../../models/model.ts';
import { indexOf } from '../../models/token-tables.ts';
import { tokenTableOf } from '../../models/architecture.ts';
import { noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Tuning, TuningContext } from '../interfaces.ts';
import { begin } from './layer-method.ts';
import { promptTuning } from './prompt-part.ts';
import { drawnTokens, PromptTable } from './prompt-table.ts';
import type { PromptTuningOptions } from './prompt_tuning.options.ts';
import { refuseTokens } from './token-indices.ts';

function build(model: Model, options: PromptTuningOptions, seed: number | undefined): Tuning {
  const table = new PromptTable(model, options.num_virtual_tokens);
  noGrad(() => scope(() => begin(table.prompt_embeddings, { model, seed }, (own) => firstValues(model, options, own))));
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
  const table = tokenTableOf(model.trunk);
  const { weight, width } = table;
  const { num_virtual_tokens: n } = options;
  if (options.prompt_tuning_init === 'random') return keyedNormal([n, width], { seed, path: 'prompt_embeddings' }, 1);
  const drawn = drawnTokens(table, { seed, count: n });
  return weight.tensor.indexSelect(0, indexOf(drawn, weight.tensor.device)).to('f32').clone();
}

export function create(model: Model, options: PromptTuningOptions, { seed, tokens }: TuningContext): Tuning {
  refuseTokens(tokens, model, options.modules_to_save);
  return build(model, options, seed);
}

export function open(model: Model, options: PromptTuningOptions): Tuning {
  return build(model, options, undefined);
}
