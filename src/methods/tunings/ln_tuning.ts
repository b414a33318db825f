import { capitalised, withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import type { Module } from '../../engine/nn/index.ts';
import { noGrad, scope } from '../../engine/tensor/index.ts';
import type { Tuning, TuningContext } from '../interfaces.ts';
import { adapterConfig } from './adapter-file.ts';
import type { LnTuningOptions } from './ln_tuning.options.ts';
import { PeftAdapter, ROOT } from './peft-adapter.ts';
import { SavedParameter, saveModules } from './saved-modules.ts';
import { lastName, wantedPaths } from './targets.ts';
import { refuseTokens } from './token-indices.ts';
import { isNorm } from './weight-decay.ts';

/** Norms that the options select. @throws E_NO_TARGETS */
function normsOf(model: Model, options: LnTuningOptions): [string, Module][] {
  const norms = [...model.modules()].filter(([path, module]) => isNorm(module) && !model.isOfHead(`${path}.weight`));
  const matches = wantedPaths(options);
  const found = norms.filter(([path, module]) => matches(path) && [...module.ownParameters()].length > 0);
  if (found.length > 0) return found;
  const names = [...new Set(norms.map(([path]) => lastName(path)))];
  throw new AttuneError('E_NO_TARGETS', {
    what:
      names.length === 0
        ? `${capitalised(withArticle(model.architecture.modelType))} model has no norms to train`
        : `target_modules${options.exclude_modules === null ? '' : ' without exclude_modules'} matches no norm of this model`,
    got: JSON.stringify(options.target_modules),
    expected: names.length === 0 ? undefined : `some of ${names.join(', ')}`,
    fix: 'choose another tuning, or other modules',
  });
}

function build(model: Model, options: LnTuningOptions): Tuning {
  const norms = normsOf(model, options);
  const parts = noGrad(() =>
    scope(() =>
      norms.flatMap(([path, module]) =>
        [...module.ownParameters()].map(
          ([key, parameter]) => new SavedParameter(`${ROOT}${path}.ln_tuning_layers.${key}`, { module, parameter }),
        ),
      ),
    ),
  );
  const { modules_to_save: modulesToSave, target_modules: wanted, exclude_modules } = options;
  const names = wanted === 'all-linear' ? [...new Set(norms.map(([path]) => lastName(path)))].toSorted() : wanted;
  return new PeftAdapter(model, [...parts, ...saveModules(model, modulesToSave)], (about) =>
    adapterConfig(
      model,
      { ...about, peftType: 'LN_TUNING', modulesToSave },
      { target_modules: names, exclude_modules },
    ),
  );
}

export function create(model: Model, options: LnTuningOptions, { tokens }: TuningContext): Tuning {
  refuseTokens(tokens, model, options.modules_to_save);
  return build(model, options);
}

export { build as open };
