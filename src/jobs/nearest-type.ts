import type { RawConfig } from '../models/raw-config.ts';
import { nearestType, type NearestType, type StoredShape } from '../models/find-nearest-type.ts';

export interface NearestTypeInput {
  /** config.json of a model of unknown type. */
  config: RawConfig;
  tensors: readonly StoredShape[];
}

/** Finds the known model type with the most similar tensors, and the differences; undefined if none is similar. */
export async function run({ config, tensors }: NearestTypeInput): Promise<{ nearest?: NearestType }> {
  return { nearest: await nearestType(config, tensors) };
}
