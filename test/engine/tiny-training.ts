// R rows
import type { ModelInput } from '../../src/models/model.ts';
import type { Objective } from '../../src/training/objective.ts';
import type { PreparedRow } from '../../src/answering/tasks/rows/prepared-rows.ts';
import { headOutput } from './tiny-models.ts';

/** Rows that only have lengths; their content is in the model input. */
export function rowsOfLengths(lengths: readonly number[]): PreparedRow[] {
  return lengths.map((length, r): PreparedRow => {
    const source = { file: 'rows.jsonl', line: r + 1 };
    return { id: `row ${r}`, ids: new Int32Array(length), trained: new Uint8Array(length), source };
  });
}

/** Pulls any output of the head towards 1, so that it fits every architecture and head. */
export function towardsOne(input: ModelInput, rows: readonly PreparedRow[]): Objective {
  return {
    separable: true,
    unit: 'rows',
    collate: () => ({ input, rows }),
    counts: () => ({ rows: rows.length }),
    loss: (model, _batch, { runner }) => {
      const output = headOutput(model, model.hidden(input, { runner }), input, runner);
      const loss = output.to('f32').sub(1).pow(2).mean();
      return { perRow: loss.div(rows.length).expand(rows.length), tally: {} };
    },
  } as Partial<Objective> as Objective;
}
