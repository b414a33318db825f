// N tokens of the answers, R rows
import type { CompletionExample } from '../../../data/example.ts';
import { decoderStart } from '../../../models/decoder-start.ts';
import type { Model } from '../../../models/model.ts';
import type { StageRunner } from '../../../models/stack.ts';
import { layoutOfRows, rowOfTokens } from '../../../engine/nn/index.ts';
import { fromArray, type Tensor } from '../../../engine/tensor/index.ts';
import type { Batch, RowReader, TextsRow } from './prepared-rows.ts';

/** Prompt and answer, concatenated; only the answer's tokens are trained. */
export async function sourceTargetRows(
  examples: readonly CompletionExample[],
  { tokenizer }: Pick<RowReader, 'tokenizer'>,
): Promise<{ rows: TextsRow[]; problems: [] }> {
  const sources = await tokenizer.encodeFramed(examples.map(({ prompt }) => ({ text: prompt })));
  const targets = await tokenizer.target.encodeFramed(examples.map(({ completion }) => ({ text: completion.trim() })));
  const rows = examples.map(({ id, source }, i): TextsRow => {
    const read = sources[i].ids;
    const written = withEnd(targets[i].ids, tokenizer.eosId);
    const ids = new Int32Array(read.length + written.length);
    ids.set(read);
    ids.set(written, read.length);
    const trained = new Uint8Array(ids.length).fill(1, read.length);
    return { id, ids, trained, segments: [read.length, written.length], source };
  });
  return { rows, problems: [] };
}

function withEnd(ids: Int32Array, end: number | undefined): Int32Array {
  return end === undefined || ids.at(-1) === end ? ids : Int32Array.of(...ids, end);
}

/** The answers' tokens as decoder input, with the prompts as encoder input. */
export function collateSourceTarget(rows: readonly TextsRow[]): Batch<TextsRow> {
  const parts = rows.map(({ ids, segments: [length] }) => [ids.subarray(0, length), ids.subarray(length)]);
  const input = (place: 0 | 1, causal: boolean) => {
    const texts = parts.map((part) => part[place]);
    const layout = layoutOfRows(
      texts.map(({ length }) => length),
      { causal },
    );
    return {
      ids: BigInt64Array.from(
        texts.flatMap((text) => [...text]),
        BigInt,
      ),
      layout,
    };
  };
  return { rows, input: { ...input(1, true), source: input(0, false) } };
}

/** Log-probabilities of the answers' tokens [N], whether each is the most probable one, and each token's row. */
export function answerTokens(
  model: Model,
  batch: Batch,
  runner?: StageRunner,
): { logProbs: Tensor; hit: Tensor; rows: Tensor } {
  const layout = model.layoutOf(batch.input);
  const wanted = batch.input.ids!;
  const start = model.architecture.startsWithLast === true ? undefined : BigInt(decoderStart(model.config));
  const ids = shiftedRight(wanted, layout.offsets, start);
  const hidden = model.hidden({ ...batch.input, ids }, { runner });
  const found = model.tokenHead.tokenLogProbs(hidden, fromArray(wanted).toDevice(model.device));
  const rows = fromArray(BigInt64Array.from(rowOfTokens(layout), BigInt)).toDevice(model.device);
  return { ...found, rows };
}

/**
 * Decoder input: each row's tokens shifted right by one, after the start token or, without one, after the row's last
 * token.
 */
function shiftedRight(ids: BigInt64Array, offsets: readonly number[], start?: bigint): BigInt64Array {
  const shifted = new BigInt64Array(ids.length);
  shifted.set(ids.subarray(0, -1), 1);
  for (const [row, offset] of offsets.slice(0, -1).entries()) shifted[offset] = start ?? ids[offsets[row + 1] - 1];
  return shifted;
}
