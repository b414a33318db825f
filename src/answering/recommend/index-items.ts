import { AttuneError } from '../../base/errors.ts';
import type { JobContext } from '../../base/job.ts';
import { refuseOthers, writeItemIndex } from './item-index.ts';
import { openModel } from '../model/open-model.ts';
import { ClusteredIndex } from '../../engine/vectors/index.ts';

export interface IndexInput {
  /** Folder of a run or a model. */
  target: string;
}

export interface WrittenIndex {
  folder: string;
  kind: 'exact' | 'clustered';
  items: number;
  bytes: number;
  /** Clustered indexes: number of clusters, number searched, and the share of the ten best items found that way. */
  clusters?: number;
  probes?: number;
  recall?: number;
}

/** Rebuilds the index of a recommendation model. @throws AttuneError E_NO_ITEMS, E_ADAPTER_INDEX */
export async function run({ target }: IndexInput, { emit }: JobContext): Promise<WrittenIndex> {
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${target}` });
  const opened = await openModel(target, { precision: 'f32' });
  const { model, folder, tuning } = opened;
  refuseOthers(model, target);
  if (tuning !== undefined) {
    throw new AttuneError('E_ADAPTER_INDEX', {
      what: `${target} is an adapter and has no items of its own to index`,
      fix: `export it as a complete model first: attune export ${target} --to merged`,
    });
  }
  const { index, bytes } = await writeItemIndex(folder, opened);
  const about: WrittenIndex = { folder, kind: index.kind, items: index.count, bytes };
  if (!(index instanceof ClusteredIndex)) return about;
  const { centres, width, probes, recall } = index.parts;
  return { ...about, clusters: centres.length / width, probes, recall };
}
