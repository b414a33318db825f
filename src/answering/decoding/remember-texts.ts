// R rows
import type { KeptMemory } from '../../models/memory.ts';
import type { Model } from '../../models/model.ts';
import { layoutOfRows } from '../../engine/nn/index.ts';

/** Encoder output for texts, one row each, for the decoder's cross-attention. */
export function rememberTexts(model: Model, texts: readonly Int32Array[]): KeptMemory {
  const layout = layoutOfRows(
    texts.map(({ length }) => length),
    { causal: false },
  );
  return model.remember({
    ids: BigInt64Array.from(
      texts.flatMap((text) => [...text]),
      BigInt,
    ),
    layout,
  });
}
