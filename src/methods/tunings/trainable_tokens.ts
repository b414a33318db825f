import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { listTokenTables } from '../../models/token-tables.ts';
import { noGrad, scope } from '../../engine/tensor/index.ts';
import type { TokenIndices, Tuning, TuningContext } from '../interfaces.ts';
import { adapterConfig } from './adapter-file.ts';
import { PeftAdapter } from './peft-adapter.ts';
import { saveModules } from './saved-modules.ts';
import { tablesWithRows } from './token-indices.ts';
import { trainRows } from './token-rows.ts';
import type { TrainableTokensOptions } from './trainable_tokens.options.ts';

function build(model: Model, options: TrainableTokensOptions, indices: TokenIndices): Tuning {
  const found = tablesWithRows(model, indices);
  const rows = noGrad(() =>
    scope(() => found.map(({ table, ids }) => trainRows(table, { ids, dtype: model.dtype, isAlone: true }))),
  );
  const saved = saveModules(model, options.modules_to_save);
  return new PeftAdapter(model, [...saved, ...rows], (about) =>
    adapterConfig(
      model,
      { ...about, peftType: 'TRAINABLE_TOKENS', modulesToSave: options.modules_to_save },
      {
        init_weights: true,
        target_modules: found.map(({ table }) => table.path),
        token_indices: [...(found.at(0)?.ids ?? [])],
      },
    ),
  );
}

/** @throws E_NO_TARGETS for models without tokens, E_NOTHING_TRAINED without any tokens to train */
export function create(model: Model, options: TrainableTokensOptions, { tokens = [] }: TuningContext): Tuning {
  const tables = listTokenTables(model);
  if (tables.length === 0)
    throw new AttuneError('E_NO_TARGETS', {
      what: 'This model does not read tokens',
      fix: 'choose another tuning: lora',
    });
  if (tokens.length === 0)
    throw new AttuneError('E_NOTHING_TRAINED', {
      what: 'No tokens to train are named',
      fix: 'set tuning.trainable_tokens or data.new_tokens',
    });
  return build(model, options, Object.fromEntries(tables.map(({ path }) => [path, tokens])));
}

export function open(model: Model, options: TrainableTokensOptions): Tuning {
  return build(model, options, options.tables ?? {});
}
