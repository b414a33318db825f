import { turn } from '../../../base/turn.ts';
import { greatest } from '../../../base/many.ts';
import { byTokens } from '../rows/fill-batches.ts';
import { tokensOf, type PreparedRow } from '../rows/prepared-rows.ts';
import { noGrad, scope, type Tensor } from '../../../engine/tensor/index.ts';

const BATCH_TOKENS = 4096;

/** One number per row, in order. `read` computes those of a batch [R]; batches have similar token counts. */
export async function rowSums<Row extends PreparedRow>(
  rows: readonly Row[],
  read: (batch: readonly Row[]) => Tensor,
  load: (batch: readonly Row[]) => readonly Row[] | Promise<readonly Row[]> = (batch) => batch,
): Promise<Float64Array> {
  const found = new Float64Array(rows.length);
  const limit = greatest([BATCH_TOKENS, ...rows.map(tokensOf)]);
  for (const places of byTokens(rows, limit)) {
    const batch = await load(places.map((i) => rows[i]));
    const numbers = noGrad(() => scope(() => read(batch).toNumbers()));
    for (const [i, place] of places.entries()) found[place] = numbers[i];
    await turn();
  }
  return found;
}
