import { layoutOfRows } from '../nn/index.ts';
import type { Memory } from '../models/memory.ts';
import type { Model } from '../models/model.ts';
import { noGrad, scope } from '../tensor/index.ts';
import { BLOCK_TOKENS } from './block-pool.ts';
import { bytesOfToken, PagedCache, ShapeProbe } from './paged-cache.ts';

/**
 * A cache for a model, of the bytes given, or fewer where no more than `mostTokens` can ever be wanted. What its blocks
 * keep is found by reading one token.
 */
export function openCache(
  model: Model,
  { memory, bytes, mostTokens }: { memory?: Memory; bytes: number; mostTokens: number },
): PagedCache {
  const probe = new ShapeProbe();
  const layout = layoutOfRows([1], { causal: true });
  noGrad(() => scope(() => void model.hidden({ ids: new BigInt64Array(1), layout }, { cache: probe, memory })));
  const fitting = Math.floor(bytes / bytesOfToken(probe.shapes, model.dtype));
  const wanted = Math.ceil(mostTokens / BLOCK_TOKENS) * BLOCK_TOKENS;
  const slots = Math.min(fitting, wanted);
  return new PagedCache(probe.shapes, {
    slots: slots - (slots % BLOCK_TOKENS),
    dtype: model.dtype,
    device: model.device,
  });
}
