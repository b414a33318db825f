import { AttuneError, type Problem } from '../base/errors.ts';
import { plural } from '../base/format.ts';
import { unknownName } from '../base/registry.ts';
import { readSafetensorsHeader } from '../engine/tensor/safetensors.ts';
import { runJob, type JobResult } from '../jobs/worker/index.ts';
import { weightFiles } from '../models/checkpoint-files.ts';
import type { RawConfig } from '../models/raw-config.ts';
import { architectures } from '../models/index.ts';

/** Maximum number of tensor kinds listed per problem. */
const SHOWN = 8;

/** Error for a folder of an unknown type: names the known type with the most similar tensors, and the differences. */
export async function unknownModel(folder: string, config: RawConfig): Promise<AttuneError> {
  const entries = weightFiles(folder).flatMap((file) => readSafetensorsHeader(file).entries);
  const tensors = entries.map(({ name, shape }) => ({ name, shape }));
  const { nearest } = await runJob({ job: 'nearest-type', input: { config, tensors } });
  const modelType = String(config.model_type);
  if (nearest !== undefined) return unlike(modelType, nearest);
  return unknownName(architectures.kind, 'E_UNKNOWN_MODEL_TYPE', modelType, architectures.names);
}

function unlike(modelType: string, nearest: NonNullable<JobResult<'nearest-type'>['nearest']>): AttuneError {
  const { modelType: known, share, beyond, missing, reshaped } = nearest;
  return new AttuneError('E_UNKNOWN_MODEL_TYPE', {
    what: `Unknown model type "${modelType}"`,
    got: `the tensors are most like those of a ${known} model: ${Math.round(100 * share)} % have the same name and shape`,
    problems: [
      ...problemsOf(beyond, `does not exist in a ${known} model`),
      ...problemsOf(missing, `exists in a ${known} model, but not in this one`),
      ...problemsOf(reshaped, `has another shape in a ${known} model`),
    ],
    fix: 'choose a base model of a known type (docs/models.md): two types can compute different results from the same tensors',
  });
}

function problemsOf(names: readonly string[], message: string): Problem[] {
  const shown = names.slice(0, SHOWN).map((field) => ({ field, message }));
  const more = names.length - shown.length;
  return more === 0 ? shown : [...shown, { message: `${plural(more, 'more kinds')} of tensors: each ${message}` }];
}
