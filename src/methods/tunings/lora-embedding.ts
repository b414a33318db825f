// N tokens, V rows of the table, D width, r rank
import { AttuneError } from '../../base/errors.ts';
import { Parameter, type Embedding, type EmbeddingAdapter, type Term } from '../../engine/nn/index.ts';
import { aten, noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { MergeOptions } from '../interfaces.ts';
import { LayerAdapter } from './layer-adapter.ts';

interface EmbeddingShape {
  path: string;
  rank: number;
  /** alpha / r, or alpha / √r. */
  scaling: number;
  /** The table is also the output head. */
  isHead: boolean;
  /** Trains the norms of the changed table's columns (DoRA). */
  hasMagnitude: boolean;
}

/**
 * LoRA on a table, usually that of tokens: a token's vector + scaling · B aᵢ. If the table is also the head, the head
 * does not change.
 */
export class LoraEmbedding extends LayerAdapter<Embedding> implements EmbeddingAdapter {
  /** [r, V] */
  readonly lora_embedding_A: Parameter;
  /** [D, r] */
  readonly lora_embedding_B: Parameter;
  /** [D] */
  readonly lora_magnitude_vector?: Parameter;
  readonly #scaling: number;
  readonly #isHead: boolean;

  constructor(table: Embedding, { path, rank, scaling, isHead, hasMagnitude }: EmbeddingShape) {
    super(path, table);
    this.lora_embedding_A = new Parameter([rank, table.count]);
    this.lora_embedding_B = new Parameter([table.width, rank]);
    if (hasMagnitude) this.lora_magnitude_vector = new Parameter([table.width]);
    this.#scaling = scaling;
    this.#isHead = isHead;
    this.attach();
  }

  forward(ids: Tensor, output: Tensor): Tensor {
    if (!this.isActive) return output;
    const inner = aten.embedding.default(this.lora_embedding_A.tensor.transpose(0, 1), ids).to(output.dtype); // [N, r]
    const added = aten.linear.default(inner, this.lora_embedding_B.value(output.dtype));
    const changed = output.add(added.mul(this.#scaling));
    const { lora_magnitude_vector: magnitude } = this;
    return magnitude === undefined ? changed : changed.mul(this.#stretch(magnitude).to(output.dtype));
  }

  /** Factors of the changed table's columns, with norms computed without gradients: [D] */
  #stretch(magnitude: Parameter): Tensor {
    const weight = this.layer.weight.tensor.detach().to('f32');
    return magnitude.tensor.div(noGrad(() => scope(() => columnLengths(weight.add(this.#delta().detach())))));
  }

  /** Norms of the table's columns: [D] */
  ownLengths(): Tensor {
    return columnLengths(this.layer.weight.value('f32').detach());
  }

  /** [V, D] */
  #delta(): Tensor {
    const { lora_embedding_A: a, lora_embedding_B: b } = this;
    return b.tensor.matmul(a.tensor).transpose(0, 1).mul(this.#scaling);
  }

  /** Logits do not change. */
  terms(): Term[] {
    return [];
  }

  override merged(weight: Tensor): Tensor {
    const changed = weight.add(this.#delta());
    const { lora_magnitude_vector: magnitude } = this;
    return magnitude === undefined ? changed : changed.mul(magnitude.tensor.div(columnLengths(changed)));
  }

  override merge(options: MergeOptions): void {
    if (!this.#isHead) return super.merge(options);
    throw new AttuneError('E_NOT_MERGEABLE', {
      what: `The adapter changes ${this.path}, which is also the output head of this model: merging would change the head too`,
      fix: 'use the base model and the adapter together, or leave the table out of tuning.target_modules',
    });
  }
}

function columnLengths(table: Tensor): Tensor {
  return aten.linalg_vector_norm.default(table, { dim: [0] });
}
