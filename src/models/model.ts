import { withArticle } from '../base/articles.ts';
import {
  currentRandomness,
  encoderTokens,
  join,
  Module,
  withTokens,
  type Layout,
  type Parameter,
} from '../engine/nn/index.ts';
import { fromArray, noGrad, scope, type DType, type Tensor } from '../engine/tensor/index.ts';
import { rootOf, type Architecture, type HeadPlan, type Limits, type Task, type Trunk } from './architecture.ts';
import type { RawConfig } from './raw-config.ts';
import { ContrastiveHead } from './heads/contrastive.ts';
import { CtcHead } from './heads/ctc.ts';
import { EmbeddingHead } from './heads/embedding.ts';
import { LayaHead } from './heads/laya.ts';
import { QuestionHead } from './heads/question.ts';
import { SequenceHead } from './heads/sequence.ts';
import { TokenClassHead } from './heads/token.ts';
import { TokenHead } from './heads/token-head.ts';
import type { SentenceFiles } from './sentence-folder.ts';
import { KeptMemory, type Memory } from './memory.ts';
import {
  layoutOf,
  runStack,
  type Stack,
  type BlockCache,
  type PassOptions,
  type StackInput,
  type StageRunner,
} from './stack.ts';
import { placeImages, type PlacedImages } from './placed-images.ts';
import { withVirtualTokens } from './virtual-tokens.ts';

/** Input of a whole model; `source` is the encoder's input in an encoder-decoder, one segment per row. */
export interface ModelInput extends StackInput {
  source?: StackInput;
  /** Images whose vectors replace tokens' embeddings. */
  images?: PlacedImages;
}

export interface ForwardOptions {
  runner?: StageRunner;
  cache?: BlockCache;
  /** A precomputed encoder output, instead of `source`. */
  memory?: Memory;
  watch?: PassOptions['watch'];
  aside?: PassOptions['aside'];
}

/** A trunk with a head, under its checkpoint's names. The model, not the caller, determines compute type and device. */
export class Model extends Module {
  readonly architecture: Architecture;
  readonly task: Task;
  readonly plan: HeadPlan;
  readonly trunk: Trunk;
  readonly head: Module;
  /** config.json to save with this model. */
  config: RawConfig;
  /** Type of activations. */
  dtype: DType = 'f32';
  device = 'cpu';
  /** Checkpoints of a bare trunk omit its prefix. */
  isBare = false;
  /** Ids prepended to every text; those beyond the vocabulary are virtual tokens. */
  prefix: readonly number[] = [];
  /** sentence-transformers settings of the folder, if any. */
  sentence: SentenceFiles | undefined;
  #headPaths: Set<string> | undefined;

  constructor(parts: {
    architecture: Architecture;
    task: Task;
    plan: HeadPlan;
    trunk: Trunk;
    head: Module;
    config: RawConfig;
  }) {
    super();
    this.architecture = parts.architecture;
    this.task = parts.task;
    this.plan = parts.plan;
    this.trunk = parts.trunk;
    this.head = parts.head;
    this.config = parts.config;
  }

  /** Prefix of the trunk's parameter paths: empty if the model is the trunk's own class, as in PEFT. */
  get root(): string {
    return this.plan.isBare === true ? '' : rootOf(this.architecture);
  }

  override *modules(path = ''): Generator<[string, Module]> {
    const name = this.root.slice(0, -1);
    yield* this.trunk.modules(name === '' ? path : join(path, name));
    yield* this.head.modules(path);
  }

  *trainable(): Generator<[string, Parameter]> {
    for (const entry of this.parameters()) if (entry[1].trainable) yield entry;
  }

  /** The architecture's limits, minus the prefix. */
  get limits(): Limits {
    const limits = this.architecture.limits(this.config);
    return { ...limits, maxPositions: limits.maxPositions - this.prefix.length };
  }

  /** Layout of an input's hidden states. */
  layoutOf(input: ModelInput): Layout {
    return layoutOf(this.stackFor(input), input);
  }

  /** A parameter or buffer by its path. */
  parameterAt(path: string): Parameter | undefined {
    for (const [name, parameter] of this.parameters()) if (name === path) return parameter;
    return undefined;
  }

  /** Whether the parameter at this path belongs to the head. */
  isOfHead(path: string): boolean {
    this.#headPaths ??= new Set([...this.head.parameters()].map(([name]) => name));
    return this.#headPaths.has(path);
  }

  /** The stack for an input: the image tower for images, if the trunk has one. */
  stackFor(input: StackInput): Stack {
    const { towers, stack } = this.trunk;
    return towers !== undefined && input.features !== undefined ? towers.image.stack : stack;
  }

  /** An encoder's output: [M, D]. */
  encode(source: StackInput, options: Pick<ForwardOptions, 'runner' | 'watch'> = {}): Memory {
    const stack = this.trunk.encoderStack;
    if (stack === undefined) throw new Error(`${this.architecture.modelType} has no encoder`);
    const { dtype, device } = this;
    const hidden = runStack(stack, source, { ...options, dtype, device });
    const tokens = currentRandomness()?.tokens;
    return { hidden: options.runner?.share(hidden) ?? hidden, keys: stack.layoutOf(source), tokens };
  }

  /** An encoder's output for many decoding steps; caches the keys and values of the decoder's blocks. */
  remember(source: StackInput): KeptMemory {
    return new KeptMemory(noGrad(() => scope(() => this.encode(source))));
  }

  /** Encodes the input's images. */
  placed(input: ModelInput, runner?: StageRunner): ModelInput {
    return input.images === undefined ? input : placeImages(this, input, { images: input.images, runner });
  }

  /** Hidden states after the final norm: [N, D]. Callers apply the head to the tokens that need logits. */
  hidden(given: ModelInput, options: ForwardOptions = {}): Tensor {
    const { runner } = options;
    const input = this.placed(given, runner);
    const memory =
      options.memory ?? (input.source === undefined ? undefined : this.#encodeFor(input, input.source, runner));
    const { dtype, device } = this;
    // With a cache, the caller prepends the prefix once per text.
    if (this.prefix.length > 0 && options.cache === undefined) return this.#hiddenAfterPrefix(input, options);
    const hidden = runStack(this.stackFor(input), input, { ...options, dtype, device, memory });
    return runner?.share(hidden) ?? hidden;
  }

  /** Hidden states of the input's own tokens, without the prefix: [N, D] */
  #hiddenAfterPrefix(input: ModelInput, options: ForwardOptions): Tensor {
    const { dtype, device, head } = this;
    const readsFirst = head instanceof SequenceHead && head.readsFirst;
    const { input: longer, places, keysOf } = withVirtualTokens(input, this.prefix, { readsFirst });
    const all = withTokens(keysOf, () => runStack(this.stackFor(longer), longer, { ...options, dtype, device }));
    const shared = options.runner?.share(all) ?? all;
    return shared.indexSelect(0, fromArray(places).toDevice(device));
  }

  #encodeFor(input: ModelInput, source: StackInput, runner: StageRunner | undefined): Memory {
    const keysOf = (tokens: Tensor): Tensor =>
      encoderTokens(tokens, this.layoutOf(input), this.trunk.encoderStack!.layoutOf(source));
    return withTokens(keysOf, () => this.encode(source, { runner }));
  }

  /** Runs `body` on images that belong to texts, row by row, with random numbers keyed by the texts' rows. */
  beside<T>(texts: ModelInput, images: ModelInput, body: () => T): T {
    return withTokens((tokens) => encoderTokens(tokens, this.layoutOf(texts), this.layoutOf(images)), body);
  }

  get tokenHead(): TokenHead {
    return this.#headOf(TokenHead, 'does not predict tokens');
  }
  get sequenceHead(): SequenceHead {
    return this.#headOf(SequenceHead, 'does not classify rows');
  }
  get tokenClassHead(): TokenClassHead {
    return this.#headOf(TokenClassHead, 'does not classify tokens');
  }
  get ctcHead(): CtcHead {
    return this.#headOf(CtcHead, 'does not transcribe speech');
  }
  get questionHead(): QuestionHead {
    return this.#headOf(QuestionHead, 'does not extract answers');
  }
  get contrastiveHead(): ContrastiveHead {
    return this.#headOf(ContrastiveHead, 'does not compare rows');
  }
  get layaHead(): LayaHead {
    return this.#headOf(LayaHead, 'does not score options');
  }
  get embeddingHead(): EmbeddingHead {
    return this.#headOf(EmbeddingHead, 'does not embed rows');
  }

  #headOf<Head extends Module>(kind: abstract new (...args: never[]) => Head, lacks: string): Head {
    if (this.head instanceof kind) return this.head;
    throw new Error(`the head of ${withArticle(this.task)} model ${lacks}`);
  }
}
