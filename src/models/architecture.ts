import type { Embedding, Layout, Module, Parameter } from '../engine/nn/index.ts';
import type { Tensor } from '../engine/tensor/index.ts';
import type { RouterBalance } from './balance.ts';
import type { RawConfig } from './config.ts';
import type { PatchGrid, Stack } from './stack.ts';

/** The trunk of a model: everything but the head. */
export interface Trunk extends Module {
  /** Encoder-decoders: the stack whose output the decoder attends to. */
  readonly encoderStack?: Stack;
  /** The stack that gives the hidden states that a head reads. */
  readonly stack: Stack;
  /** Width of those hidden states. */
  readonly width: number;
  /** The table of input tokens, which a tied head shares; what reads no tokens has none. */
  readonly tokenTable?: Embedding;
  /** The layer between a row's pooled hidden state and its classifier, where the architecture has one. */
  readonly pooler?: Module & { forward(pooled: Tensor): Tensor };
  /** Parts with new weights around a pre-trained one: an adapter trains them whole. */
  readonly newlyInitialised?: readonly Module[];
  /** Text and image towers, for models with a stack for each; `stack` is the text tower's. */
  readonly towers?: Towers;
  /** Vision language models: encodes the images among a text's tokens. */
  readonly imageReader?: ImageReader;
  /** Mixtures of experts: load-balancing loss in training. */
  readonly balance?: RouterBalance;
  /** Parts that checkpoints saved for another task lack; like a head they are then initialised. */
  readonly optional?: readonly string[];
}

/** Makes vectors of images, each of which takes the place of a token. */
export interface ImageReader {
  readonly stack: Stack;
  /** Width of the stack's hidden states. */
  readonly width: number;
  /** All that it consists of: adapters of `all-linear` leave it as it is. */
  readonly modules: readonly Module[];
  /** Blocks whose states the vectors are made of; all of them and the final norm unless given. */
  readonly blocks?: number;
  /** Whether what its blocks put aside is for the vectors (states of several layers). */
  readonly hasAside?: boolean;
  /** Hidden states of all patches [T · P, V] → [T · S, D], as wide as a token's vector, or with parts that later blocks add */
  vectors(hidden: Tensor, read: ReadImages): Tensor;
  /** Tokens that stand for an image of its own size; all squares have the same number unless given. */
  tokensOf?(grid: PatchGrid): number;
  /** How tokens see images among them, where that is not as they see words: positions of several axes, parts that see each other. */
  layoutAmong?(layout: Layout, images: { places: BigInt64Array; grids?: readonly PatchGrid[] }): Layout;
}

/** What a stack has read. */
export interface ReadImages {
  /** Each image's patches, where they have sizes of their own. */
  grids?: readonly PatchGrid[];
  /** What its blocks put aside. */
  aside: readonly Tensor[];
}

/** One of a trunk's two stacks. */
export interface Tower {
  readonly stack: Stack;
  /** One vector for each row, of any length: hidden [N, D] → [R, E] */
  vectors(hidden: Tensor, rows: { ids?: BigInt64Array; layout: Layout }): Tensor;
}

/** Two stacks whose rows get vectors of one space. */
export interface Towers {
  readonly text: Tower;
  readonly image: Tower;
  /** Cosines are multiplied by its exponential, */
  readonly logScale: Parameter;
  /** and this is added to them. */
  readonly bias?: Parameter;
}

/** The table of input tokens of a trunk that reads some: what heads over a vocabulary, and adapters of tokens, need. */
export function tokenTableOf(trunk: Trunk): Embedding {
  if (trunk.tokenTable === undefined) throw new Error('this trunk reads no tokens');
  return trunk.tokenTable;
}

/** Context that a trunk is built for. */
export interface TrunkContext {
  task: Task;
  /** Whether the checkpoint holds a tensor, by its path inside the trunk; false for all where there is none. */
  has(path: string): boolean;
}

/** Name and options of a task's head in this architecture's checkpoints. */
export interface HeadPlan {
  /** Name in the head registry. */
  head: string;
  /** The class that Hugging Face would load: `LlamaForCausalLM`. */
  className: string;
  /** Options of the head; each head checks its own. */
  options: Readonly<Record<string, unknown>>;
  /** It is the trunk's own class (`BertModel`): saved without the trunk's name in front of the paths. */
  isBare?: boolean;
}

/** Facts about a task that adapters and heads need. */
export interface TaskFacts {
  /** PEFT's `task_type`; absent where PEFT has none. */
  peft?: string;
  /** Its head is made of what the base model has: biases and norms of it count as the model's own. */
  hasLanguageHead?: true;
}

/**
 * Task of a head, whatever the rows are: `sequence` gives classes or numbers to a whole row (a text, an image, a
 * recording), `token` to each token, `replaced-token` whether it was replaced, `embedding` a vector to a row,
 * `contrastive` one to a text and one to an image.
 */
export const taskFacts = {
  'causal-lm': { peft: 'CAUSAL_LM', hasLanguageHead: true },
  sequence: { peft: 'SEQ_CLS' },
  'masked-lm': { hasLanguageHead: true },
  seq2seq: { peft: 'SEQ_2_SEQ_LM', hasLanguageHead: true },
  token: { peft: 'TOKEN_CLS' },
  'replaced-token': {},
  question: { peft: 'QUESTION_ANS' },
  embedding: { peft: 'FEATURE_EXTRACTION' },
  contrastive: {},
  ctc: {},
  'next-item': {},
} as const satisfies Record<string, TaskFacts>;

export type Task = keyof typeof taskFacts;

export function factsOf(task: Task): TaskFacts {
  return taskFacts[task];
}

/** The task that PEFT names so. */
export function taskOfPeft(type: string | null | undefined): Task | undefined {
  return (Object.keys(taskFacts) as Task[]).find((task) => type != null && factsOf(task).peft === type);
}

/** Modality of an architecture's rows. */
export type Modality = 'text' | 'image' | 'audio' | 'items';

/** How long the rows of a model may be, and how many tokens it knows. */
export interface Limits {
  vocabularySize: number;
  /** Maximum tokens of a row; image patches for models of images only. */
  maxPositions: number;
  /** Maximum patches of an image, for models of texts and images. */
  imagePositions?: number;
  /** Length that texts are padded to; the padding is read too. */
  filledTo?: number;
}

/** The tokens whose places the vectors of images take. */
export interface ImageTokens {
  id: number;
  /** The token that chat templates write for an image, where it is another. */
  written?: number;
  /** Patches of the vision tower behind each of them. */
  patches: number;
  /** The text that takes the place of that token. */
  textOf(image: ImageInput, marks: ImageMarks): string;
}

/** What the processor made of an image: values of squares or patches, the rows and columns of its squares, and of each part's patches. */
export interface ImageInput {
  shape: readonly number[];
  grid?: PatchGrid;
  grids?: readonly PatchGrid[];
}

/** Texts of the tokens around an image's. */
export interface ImageMarks {
  /** The token whose places the vectors take. */
  image: string;
  /** Text of a token. */
  textOf(id: number): string;
  /** The tokenizer's own name for a mark (`boi_token`), or the usual one. */
  named(key: string, usual: string): string;
}

/** Convolutions over time in front of the blocks, for each token that they give, on a recording of some length. */
export interface FrontEnd {
  products: number;
  /** Values that they give, all of which backward needs. */
  values: number;
  /** Tokens of a recording, if all have the same number. */
  recordingTokens?: number;
}

/** One model type: a file and a line in this folder's index. */
export interface Architecture {
  /** config.json's `model_type`. */
  modelType: string;
  /** The trunk's name inside checkpoints that have a head: `model`, `bert`; empty if its parts are at the top level. */
  prefix: string;
  /** Input modalities; text unless given. */
  modalities?: readonly Modality[];
  build(raw: RawConfig, context: TrunkContext): Trunk;
  /** Older names that checkpoints may use for a parameter. */
  formerNames?(path: string): readonly string[];
  /** Names of tensors that published checkpoints hold and the reference passes over: masks, tied copies, heads of pre-training. */
  passedOver?(raw: RawConfig): readonly RegExp[];
  /** The tasks it can do and their heads; the first one is the default. */
  heads(raw: RawConfig): Partial<Record<Task, HeadPlan>>;
  /** The configuration for a vocabulary of this size, if that is not the key `vocab_size`. */
  withVocabulary?(raw: RawConfig, size: number): RawConfig;
  /** Rows of tables of tokens that have another number of them than the vocabulary. */
  otherTableRows?(raw: RawConfig): readonly number[];
  /** The configuration with a head of its own in place of a tied one, where that is not the key `tie_word_embeddings` alone. */
  withOwnHead?(raw: RawConfig): RawConfig;
  /** Tokens that its blocks see of one row's features; as many as it can read at most unless said. */
  tokensOfFeatures?(raw: RawConfig, shape: readonly number[]): number;
  /** Encoder-decoders: in training, the decoder reads a row's last token first, in place of a start token (mBART). */
  startsWithLast?: boolean;
  /** Which token stands for a part of an image, and the text of an image. */
  imageTokens?(raw: RawConfig): ImageTokens;
  /** Cost of its front-end convolutions per token; absent without convolutions over time. */
  frontEnd?(raw: RawConfig): FrontEnd;
  /** Limits that data are checked against. */
  limits(raw: RawConfig): Limits;
}

/** Whether its tokens see those before them only. */
export function isCausal(architecture: Architecture, raw: RawConfig): boolean {
  const tasks = architecture.heads(raw);
  return 'causal-lm' in tasks || 'seq2seq' in tasks || 'next-item' in tasks;
}

/** How the paths of a trunk's parameters begin: `bert.`. */
export function rootOf({ prefix }: Architecture): string {
  return prefix === '' ? '' : `${prefix}.`;
}
