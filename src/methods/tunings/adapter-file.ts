import { factsOf, tokenTableOf } from '../../models/architecture.ts';
import { textConfigOf } from '../../models/raw-config.ts';
import type { Model } from '../../models/model.ts';
import { isLinear } from '../../engine/nn/index.ts';
import type { ResultNotes } from '../interfaces.ts';
import type { AdaptableLayer } from './layer-adapter.ts';
import { candidates, lastName, namesGrouped, wantedPaths, type Target, type Wanted } from './targets.ts';

/** Contents of adapter_config.json, besides the method's own keys. */
export interface AdapterAbout extends ResultNotes {
  peftType: string;
  modulesToSave: readonly string[];
}

/** adapter_config.json with keys in PEFT's order. */
export function adapterConfig(model: Model, about: AdapterAbout, own: object): Record<string, unknown> {
  const config = {
    auto_mapping:
      factsOf(model.task).peft !== undefined
        ? null
        : {
            base_model_class: model.plan.className,
            parent_library: `transformers.models.${model.architecture.modelType}`,
          },
    base_model_name_or_path: about.baseModel,
    inference_mode: true,
    ...modulesKey(about),
    peft_type: about.peftType,
    revision: about.revision ?? null,
    task_type: factsOf(about.task).peft ?? null,
    ...own,
  };
  return Object.fromEntries(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Types whose PEFT configuration does not support fully trained modules. */
const WITHOUT_MODULES: ReadonlySet<string> = new Set(['ADAPTION_PROMPT', 'TRAINABLE_TOKENS']);

function modulesKey({ peftType, modulesToSave: names }: AdapterAbout): object {
  if (names.length > 0) return { modules_to_save: names };
  return WITHOUT_MODULES.has(peftType) ? {} : { modules_to_save: null };
}

/** Configuration of virtual-token methods, which PEFT writes with the model's sizes. */
export function promptConfig(model: Model, about: AdapterAbout, own: object): Record<string, unknown> {
  const { trunk } = model;
  const config = textConfigOf(model.config);
  const layers = trunk.stack.blockList.length;
  const heads = config.num_attention_heads ?? config.n_head ?? config.n_heads ?? null;
  return adapterConfig(model, about, {
    num_attention_heads: heads,
    num_layers: layers,
    num_transformer_submodules: 1,
    token_dim: tokenTableOf(trunk).width,
    ...own,
  });
}

/** PEFT's `fan_in_fan_out`: weights are stored as [in, out]. */
export function hasTransposed(targets: readonly Target<AdaptableLayer>[]): boolean {
  return targets.some(({ layer }) => isLinear(layer) && layer.isTransposed);
}

/**
 * Names for `target_modules`. PEFT stores `all-linear` as the names that it resolved to; where those names and the
 * related keys would match other layers in PEFT, whole paths are written. `written`: the related keys.
 */
export function targetNames(
  model: Model,
  { wanted, targets }: { wanted: Wanted; targets: readonly Target<AdaptableLayer>[] },
  written: Partial<Wanted>,
): string | string[] {
  const { target_modules: given, modules_to_save } = wanted;
  const short = [...new Set(targets.map(({ path }) => lastName(path)))].toSorted();
  const names = given === 'all-linear' ? short : typeof given === 'string' ? given : [...given];
  const { layers_to_transform = null, layers_pattern, exclude_modules = null } = written;
  const read = { layers_to_transform, layers_pattern: layers_pattern ?? [], exclude_modules, modules_to_save };
  const paths = targets.map(({ path }) => path).toSorted();
  // In PEFT, a regular expression cannot be combined with layer numbers.
  if (typeof names === 'string') return layers_to_transform === null && isSame() ? names : paths;
  return isSame() && !namesGrouped(model, names) ? names : paths;

  function isSame(): boolean {
    const isMeant = wantedPaths({ ...read, target_modules: names });
    const found = candidates(model).map(({ path }) => path);
    return found.filter(isMeant).toSorted().join('\n') === paths.join('\n');
  }
}
