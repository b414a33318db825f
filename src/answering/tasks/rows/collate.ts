import { layoutOfTexts } from '../../../engine/nn/index.ts';
import { featuresOf } from '../../../models/row-features.ts';
import type { Batch, ReadRow } from './prepared-rows.ts';

/** Concatenates rows into one flat input of tokens or media features. Texts of a row do not attend to each other. */
export function collateRows<Row extends ReadRow>(rows: readonly Row[], options: { causal: boolean }): Batch<Row> {
  const features = rows.find((row) => row.features !== undefined)?.features;
  if (features !== undefined) return { rows, input: featuresOf(rows) };
  const layout = layoutOfTexts(
    rows.map(({ ids, segments }) => segments ?? [ids.length]),
    { causal: options.causal, parents: rows.map(({ parents }) => parents) },
  );
  const ids = new BigInt64Array(layout.positions.length);
  const tokenTypes = rows.some((row) => row.typeIds !== undefined) ? new BigInt64Array(ids.length) : undefined;
  let at = 0;
  for (const row of rows) {
    for (let t = 0; t < row.ids.length; t++, at++) {
      ids[at] = BigInt(row.ids[t]);
      if (tokenTypes !== undefined) tokenTypes[at] = BigInt(row.typeIds?.[t] ?? 0);
    }
  }
  return { rows, input: { ids, layout, tokenTypes } };
}
