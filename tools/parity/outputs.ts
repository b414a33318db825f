// B rows, T columns, N tokens, D width, V vocabulary, C classes
import { TokenHead } from '../../src/models/heads/token-head.ts';
import type { Model } from '../../src/models/model.ts';
import { aten, cat, fromArray, type Tensor } from '../../src/tensor/index.ts';
import { segmentLengths } from '../../src/nn/index.ts';
import type { Grid, ParityInput, Tensors } from './input.ts';
import { lossOf } from './loss.ts';

/** One forward pass with all that it went through. */
export interface Forward {
  model: Model;
  batch: Tensors;
  input: ParityInput;
  /** [N, D] */
  hidden: Tensor;
  states: readonly Tensor[];
  encoderStates: readonly Tensor[];
}

export interface Output {
  values: Tensor;
  /** Where the reference has them: at tokens of a grid, or (undefined) in the same shape. */
  grid?: Grid;
}

type Compute = (forward: Forward, index: number) => Output | undefined;

/** What the reference's outputs are here. `#` stands for an index. */
const table: Readonly<Record<string, Compute>> = {
  logits: ({ model, hidden, input }) =>
    model.head instanceof TokenHead
      ? { values: model.tokenHead.logits(hidden), grid: input.tokens }
      : { values: model.sequenceHead.scores(hidden, input.tokens.layout) },
  loss: ({ model, hidden, input, batch }) => {
    const labels = batch.get('labels');
    return labels === undefined ? undefined : { values: lossOf(model, hidden, input, labels) };
  },
  'hidden_states.#': ({ states, input }, index) => at(states[index], input.tokens),
  'decoder_hidden_states.#': ({ states, input }, index) => at(states[index], input.tokens),
  'encoder_hidden_states.#': ({ encoderStates, input }, index) => at(encoderStates[index], input.source),
  last_hidden_state: ({ hidden, input }) => at(hidden, input.tokens),
  encoder_last_hidden_state: ({ encoderStates, input }) => at(encoderStates.at(-1), input.source),
  pooler_output: ({ model, hidden, input }) => {
    const first = fromArray(BigInt64Array.from(input.tokens.layout.offsets.slice(0, -1), BigInt));
    const pooled = model.trunk.pooler?.forward(hidden.indexSelect(0, first));
    return pooled === undefined ? undefined : { values: pooled };
  },
  mean_pooled: (forward) => ({ values: meanOfRows(forward) }),
  embedding: (forward) => {
    const mean = meanOfRows(forward);
    return { values: mean.div(aten.linalg_vector_norm.default(mean, { dim: [1], keepdim: true })) };
  },
};

function at(values: Tensor | undefined, grid: Grid | undefined): Output | undefined {
  return values === undefined || grid === undefined ? undefined : { values, grid };
}

function meanOfRows({ hidden, input }: Forward): Tensor {
  const rows = hidden.split(segmentLengths(input.tokens.layout));
  return cat(rows.map((row) => row.mean(0, { keepdim: true })));
}

export function runForward(model: Model, batch: Tensors, input: ParityInput): Forward {
  const states: Tensor[] = [];
  const encoderStates: Tensor[] = [];
  const { source } = input.input;
  const memory =
    source === undefined ? undefined : model.encode(source, { watch: (index, x) => (encoderStates[index] = x) });
  const hidden = model.hidden(input.input, { memory, watch: (index, x) => (states[index] = x) });
  return { model, batch, input, hidden, states, encoderStates };
}

/** The output that the reference calls `name`; undefined where this model or this tool has none. */
export function outputOf(forward: Forward, name: string): Output | undefined {
  const index = /\.(\d+)$/.exec(name)?.[1];
  const key = index === undefined ? name : name.replace(/\d+$/, '#');
  return Object.hasOwn(table, key) ? table[key](forward, Number(index ?? 0)) : undefined;
}
