import { AttuneError, type Problem } from '../../base/errors.ts';
import { GgufFile } from '../../engine/tensor/gguf/index.ts';
import type { Parameter } from '../../engine/nn/index.ts';
import { noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { decoderConfig, type DecoderConfig } from '../decoder/config.ts';
import { skeleton } from '../skeleton.ts';
import type { Model } from '../model.ts';
import { ggufFamilies } from './gguf-families.ts';
import type { GgufFamily } from './gguf-family.ts';
import { configFromGguf } from './gguf-settings.ts';
import { expertOf, ggufName, headsOf, isNorm, toHalves } from './tensor-names.ts';

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
  const config = decoderConfig(model.architecture.completed?.(model.config) ?? model.config);
  const family = ggufFamilies[model.architecture.modelType];
  // Each tensor of the file is decoded once, also a stack of many experts.
  const named = Map.groupBy(model.parameters(), ([path]) => ggufName(path, family) ?? path);
  return [...named].flatMap(([name, parts]): Problem[] => {
    if (!file.has(name)) return parts.map(() => ({ field: name, message: 'is missing' }));
    return scope(() => {
      const whole = file.get(name).to('f32');
      return parts.flatMap(([path, parameter]) => fillPart(parameter, { name, path, whole, family, config }));
    });
  });
}

interface Source {
  name: string;
  path: string;
  whole: Tensor;
  family: GgufFamily;
  config: DecoderConfig;
}

function fillPart(parameter: Parameter, { name, path, whole, family, config }: Source): Problem[] {
  const expert = expertOf(path);
  const stored = expert === undefined ? whole : whole.select(0, expert);
  if (stored.shape.join() !== parameter.shape.join()) {
    return [
      { field: name, message: `has the shape [${stored.shape.join(', ')}], not [${parameter.shape.join(', ')}]` },
    ];
  }
  const heads = family.rotatesNeighbours ? headsOf(path, config) : undefined;
  const isShifted = family.normsFromZero === true && isNorm(name);
  if (isShifted) parameter.assign(stored.sub(1));
  else parameter.assign(heads === undefined ? stored : toHalves(stored, heads));
  return [];
}
