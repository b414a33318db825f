// V vocabulary
import { TokenHead } from '../../../src/models/heads/token-head.ts';
import type { Model, ModelInput } from '../../../src/models/model.ts';
import type { Term } from '../../../src/engine/nn/index.ts';
import { aten, fromArray, zeros, type Tensor } from '../../../src/engine/tensor/index.ts';

class BigramHead extends TokenHead {
  readonly #table: Tensor;

  constructor(table: Tensor) {
    super();
    this.#table = table;
  }

  protected terms(hidden: Tensor): Term[] {
    return [{ hidden, weight: this.#table.transpose(0, 1).contiguous() }];
  }
}

/** A model whose logits are one row of a table per token, with as much of a model's interface as objectives use. */
export function bigramModel(table: Tensor): Model {
  const [size] = table.shape;
  const head = new BigramHead(table);
  const hidden = ({ ids }: ModelInput): Tensor => {
    const tokens = fromArray(ids as BigInt64Array);
    const one = fromArray(new Float32Array(tokens.shape[0]).fill(1)).unsqueeze(1);
    return scatter(zeros([tokens.shape[0], size]), tokens.unsqueeze(1), one);
  };
  const stand = { device: 'cpu', dtype: 'f32', trunk: {}, tokenHead: head, hidden, layoutOf: layoutIn };
  return stand as unknown as Model;
}

function layoutIn({ layout }: ModelInput): unknown {
  if (layout === undefined) throw new Error('a batch of tokens has a layout');
  return layout;
}

function scatter(into: Tensor, index: Tensor, values: Tensor): Tensor {
  return aten.scatter.src(into, 1, index, values);
}
