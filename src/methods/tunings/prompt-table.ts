// N tokens, n virtual ones, V rows of the token table, D width
import { AttuneError } from '../../base/errors.ts';
import { randomUint32 } from '../../base/random.ts';
import { withArticle } from '../../base/articles.ts';
import { textReaderOf } from '../../models/items/item-model.ts';
import type { Model } from '../../models/model.ts';
import {
  currentOwner,
  Module,
  Parameter,
  type Embedding,
  type EmbeddingAdapter,
  type Term,
} from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Trainable } from '../interfaces.ts';
import type { AdapterPart } from './peft-adapter.ts';

/** Computes the rows of a prompt from other parameters, which are trained instead. */
export interface PromptEncoder {
  readonly trainables: Trainable[];
  /** f32 [n, D] */
  rows(): Tensor;
  dispose(): void;
}

/** Rows appended to the token table, with ids from its size on. Every row of the data is prefixed with them. */
export class PromptTable extends Module implements AdapterPart, EmbeddingAdapter {
  /** f32 [n, D] */
  readonly prompt_embeddings: Parameter;
  readonly extends = true;
  readonly #model: Model;
  readonly #table: Embedding;
  readonly #ids: readonly number[];

  readonly #encoder: PromptEncoder | undefined;
  readonly #isShared = currentOwner() !== undefined;

  /** `encoder`: computes the rows from its own parameters. */
  constructor(model: Model, count: number, encoder?: PromptEncoder) {
    super();
    this.#encoder = encoder;
    this.#model = model;
    this.#table = textTable(model);
    this.prompt_embeddings = new Parameter([count, this.#table.width]);
    this.#ids = Array.from({ length: count }, (_, i) => this.#table.count + i);
    this.#table.addAdapter(this);
    this.switch(true);
  }

  get prefix(): readonly number[] {
    return this.#ids;
  }
  get trainables(): Trainable[] {
    if (this.#encoder !== undefined) return this.#encoder.trainables;
    return [{ name: 'prompt_embeddings', parameter: this.prompt_embeddings, decays: true }];
  }

  /** Saves just the rows, however they were computed. */
  saved(): Map<string, Tensor> {
    return new Map([['prompt_embeddings', this.#rows().detach().contiguous()]]);
  }

  /** f32 [n, D] */
  #rows(): Tensor {
    return this.#encoder?.rows() ?? this.prompt_embeddings.tensor;
  }

  forward(ids: Tensor, output: Tensor): Tensor {
    const places = aten.sub.Scalar(ids, this.#table.count); // [N]
    const rows = this.#rows().to(output.dtype).indexSelect(0, aten.clamp_min.default(places, 0));
    return aten.where.self(aten.ge.Scalar(places, 0).unsqueeze(1), rows, output);
  }

  /** Virtual tokens are never predicted. */
  terms(): Term[] {
    return [];
  }

  switch(isActive: boolean): void {
    // On a shared model, callers prepend the prefix to their own rows only.
    if (!this.#isShared) this.#model.prefix = isActive ? this.#ids : [];
  }

  merge(): never {
    throw new AttuneError('E_NOT_MERGEABLE', {
      what: 'Virtual tokens do not change the model’s weights, so they cannot be merged',
      fix: 'use the base model and the adapter together, or tune with lora',
    });
  }
  unmerge(): void {}

  override dispose(): void {
    this.switch(false);
    this.#table.removeAdapter(this);
    this.prompt_embeddings.dispose();
    this.#encoder?.dispose();
  }
}

/** @throws E_NO_TARGETS for models that do not read a single text of tokens */
export function textTable({ trunk, architecture }: Model): Embedding {
  const isText = trunk.encoderStack === undefined && trunk.towers === undefined && textReaderOf(trunk) === undefined;
  if (isText && trunk.tokenTable !== undefined) return trunk.tokenTable;
  throw new AttuneError('E_NO_TARGETS', {
    what: `Virtual tokens are not supported in ${withArticle(architecture.modelType)} model`,
    expected: 'a text decoder or a text encoder',
    fix: 'choose another tuning: lora',
  });
}

/** Random ordinary tokens. */
export function drawnTokens({ count: tokens }: Embedding, { seed, count }: { seed: number; count: number }): number[] {
  return Array.from({ length: count }, (_, i) => randomUint32([seed, 'prompt_embeddings'], i) % tokens);
}
