import { layoutOfRows } from '../../engine/nn/index.ts';
import type { Memory } from '../../models/memory.ts';
import type { Model } from '../../models/model.ts';
import { noGrad, scope } from '../../engine/tensor/index.ts';
import { BLOCK_TOKENS } from './block-pool.ts';
import { bytesOfRow, bytesOfToken, PagedCache, ShapeProbe } from './paged-cache.ts';

/**
 * Opens a cache of the given size, or smaller if `mostTokens` need less, for a number of concurrent rows. Reads one
 * token to find the shape of its blocks.
 */
export function openCache(
  model: Model,
  { memory, bytes, mostTokens, mostRows }: { memory?: Memory; bytes: number; mostTokens: number; mostRows: number },
): { cache: PagedCache; rows: number } {
  const probe = new ShapeProbe(model.device);
  const layout = layoutOfRows([1], { causal: true });
  noGrad(() => scope(() => void model.hidden({ ids: new BigInt64Array(1), layout }, { cache: probe, memory })));
  const [ofToken, ofRow] = [bytesOfToken, bytesOfRow].map((count) => count(probe.shapes, model.dtype));
  // States take at most half of the memory.
  const rows = Math.max(1, Math.min(mostRows, Math.floor(bytes / 2 / ofRow)));
  const fitting = Math.floor((bytes - rows * ofRow) / ofToken);
  const wanted = Math.ceil(mostTokens / BLOCK_TOKENS) * BLOCK_TOKENS;
  const slots = Math.min(fitting, wanted);
  const { dtype, device } = model;
  return { cache: new PagedCache(probe.shapes, { slots: slots - (slots % BLOCK_TOKENS), rows, dtype, device }), rows };
}
