import { AttuneError, type Problem } from '../../base/errors.ts';
import { GgufFile } from '../../engine/tensor/gguf/index.ts';
import type { Parameter } from '../../engine/nn/index.ts';
import { noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { initialise } from '../initialise.ts';
import { skeleton } from '../skeleton.ts';
import type { Model } from '../model.ts';
import { completedConfig, familyOf, ggufFamilies } from './gguf-families.ts';
import { configFromGguf } from './gguf-settings.ts';
import { placesOf, type Place } from './tensor-names.ts';

/**
 * Loads a GGUF file in f32 from its own settings, to verify an export. `written` is the exported model's configuration.
 * @throws E_GGUF_BAD, E_UNKNOWN_MODEL_TYPE, E_CONFIG_BAD, E_TENSORS_MISSING
 */
export async function loadGguf(path: string, written: RawConfig): Promise<Model> {
  using file = new GgufFile(path);
  const config = configFromGguf(file.header.metadata, (name) => file.has(name), written);
  const { model } = await skeleton(config, { task: 'causal-lm' });
  const problems = noGrad(() => fill(model, file));
  if (problems.length === 0) return model;
  model.dispose();
  throw new AttuneError('E_TENSORS_MISSING', {
    what: `${path} lacks tensors that its settings require`,
    problems,
  });
}

function fill(model: Model, file: GgufFile): Problem[] {
  const raw = completedConfig(model);
  const family = familyOf(ggufFamilies[model.architecture.modelType], raw);
  const placeOf = placesOf(family, raw);
  const isDerived = ([path]: [string, Parameter]) => family.derived?.test(path) === true;
  const { true: derived = [], false: stored = [] } = Object.groupBy(model.parameters(), (one) => `${isDerived(one)}`);
  const only = new Set(derived.map(([path]) => path));
  initialise(model.modules(), { only, seed: 0, deviation: 0, dtype: 'f32', device: 'cpu' });
  // Each tensor of the file is decoded once, even a stack of many experts.
  const named = Map.groupBy(stored, ([path]) => placeOf(path)?.names.join(' ') ?? path);
  return [...named].flatMap(([joined, parts]): Problem[] => {
    const names = joined.split(' ');
    const missing = names.filter((name) => !file.has(name));
    if (missing.length > 0) return missing.map((field) => ({ field, message: 'is missing' }));
    return scope(() => {
      const wholes = names.map((name) => file.get(name).to('f32'));
      return parts.flatMap(([path, parameter]) => fillPart(parameter, placeOf(path)!, wholes));
    });
  });
}

function fillPart(parameter: Parameter, { names, layout, expert }: Place, wholes: readonly Tensor[]): Problem[] {
  const stored = expert === undefined ? wholes : wholes.map((whole) => whole.select(0, expert));
  const expected = layout.write(zeros(parameter.shape, { device: 'meta' }));
  const problems = names.flatMap((field, i): Problem[] => {
    const [got, wanted] = [stored[i], expected[i]].map(({ shape }) => shape.join(', '));
    return got === wanted ? [] : [{ field, message: `has the shape [${got}], not [${wanted}]` }];
  });
  if (problems.length === 0) parameter.assign(layout.read(stored));
  return problems;
}
