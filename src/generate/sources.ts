// R rows
import type { KeptMemory } from '../models/memory.ts';
import type { Model } from '../models/model.ts';
import { layoutOfRows } from '../nn/index.ts';

/** What an encoder makes of texts: a memory with a row for each, for the decoder to answer from. */
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
