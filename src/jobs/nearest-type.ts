import type { RawConfig } from '../models/raw-config.ts';
import { nearestType, type NearestType, type StoredShape } from '../models/find-nearest-type.ts';

export interface NearestTypeInput {
  /** config.json of a model of an unknown type. */
  config: RawConfig;
  tensors: readonly StoredShape[];
}

/** The known type whose tensors are most like a model's, and how they differ; none if nothing is similar. */
export async function run({ config, tensors }: NearestTypeInput): Promise<{ nearest?: NearestType }> {
  return { nearest: await nearestType(config, tensors) };
}
