import type { Embedding, Layout, Module, Parameter } from '../engine/nn/index.ts';
import type { Tensor } from '../engine/tensor/index.ts';
import type { RouterBalance } from './balance.ts';
import type { RawConfig } from './raw-config.ts';
import type { PatchGrid, Stack } from './stack.ts';

/** A model without its head. */
export interface Trunk extends Module {
  /** Encoder-decoders: the stack whose output the decoder attends to. */
  readonly encoderStack?: Stack;
  /** Stack whose hidden states the head reads. */
  readonly stack: Stack;
  /** Width of the hidden states that the head reads. */
  readonly width: number;
  /** Embedding of input tokens, shared by a tied head; undefined for models without token input. */
  readonly tokenTable?: Embedding;
  /** Layer between a row's pooled hidden state and its classifier, if the architecture has one. */
  readonly pooler?: Module & { forward(pooled: Tensor): Tensor };
  /** Newly initialised modules around a pre-trained one; trained in full even with an adapter. */
  readonly newlyInitialised?: readonly Module[];
  /** Text and image towers of a dual encoder; `stack` is the text tower's. */
  readonly towers?: Towers;
  /** Vision language models: encodes images placed among tokens. */
  readonly imageReader?: ImageReader;
  /** Mixtures of experts: load-balancing loss in training. */
  readonly balance?: RouterBalance;
  /** Parts missing from checkpoints of other tasks; initialised like a new head. */
  readonly optional?: readonly string[];
}

/** Encodes images as vectors, each of which replaces a token's embedding. */
export interface ImageReader {
  readonly stack: Stack;
  readonly width: number;
  /** All modules of the reader, which adapters of `all-linear` skip. */
  readonly modules: readonly Module[];
  /** Number of blocks to run; by default all, followed by the final norm. */
  readonly blocks?: number;
  /** Whether `vectors` needs the blocks' auxiliary outputs (states of several layers). */
  readonly hasAside?: boolean;
  /** Hidden states of all patches [T · P, V] → [T · S, D], or a multiple of D if later decoder layers add the rest. */
  vectors(hidden: Tensor, read: ReadImages): Tensor;
  /** Number of tokens of a variable-size image; absent if all tiles have the same number. */
  tokensOf?(grid: PatchGrid): number;
  /** Adapts the layout to images: positions with several axes, bidirectional attention among image tokens. */
  layoutAmong?(layout: Layout, images: ImagesAmong): Layout;
  /** Whether prompts with images have bidirectional attention, so that their cached keys fit no other prompt. */
  seesPrompt?: boolean;
}

/** Images among the tokens of a layout. */
export interface ImagesAmong {
  /** Token positions of their vectors. */
  places: BigInt64Array;
  /** Patch grid of each image, for variable-size images. */
  grids?: readonly PatchGrid[];
  /** Number of tokens before each row's answer; by default, up to its last image. */
  prompts?: readonly number[];
}

/** Input and by-products of an image stack. */
export interface ReadImages {
  /** Patch grid of each image, for variable-size images. */
  grids?: readonly PatchGrid[];
  /** Auxiliary outputs of the blocks. */
  aside: readonly Tensor[];
}

/** One of a dual encoder's two stacks. */
export interface Tower {
  readonly stack: Stack;
  /** One vector per row, not normalised: hidden [N, D] → [R, E] */
  vectors(hidden: Tensor, rows: { ids?: BigInt64Array; layout: Layout }): Tensor;
}

/** Two stacks that embed their rows in a shared space. */
export interface Towers {
  readonly text: Tower;
  readonly image: Tower;
  /** Logarithm of the factor by which cosine similarities are multiplied. */
  readonly logScale: Parameter;
  /** Added to the scaled cosine similarities. */
  readonly bias?: Parameter;
}

/** The trunk's embedding; throws if it reads no tokens. */
export function tokenTableOf(trunk: Trunk): Embedding {
  if (trunk.tokenTable === undefined) throw new Error('this trunk does not read tokens');
  return trunk.tokenTable;
}

export interface TrunkContext {
  task: Task;
  /** Whether the checkpoint holds a tensor, by its path inside the trunk; always false without a checkpoint. */
  has(path: string): boolean;
}

/** Head of a task in this architecture's checkpoints. */
export interface HeadPlan {
  /** Name in the head registry. */
  head: string;
  /** Hugging Face's class: `LlamaForCausalLM`. */
  className: string;
  /** Options of the head, validated by the head itself. */
  options: Readonly<Record<string, unknown>>;
  /** The model is the trunk's own class (`BertModel`), saved without the trunk's prefix. */
  isBare?: boolean;
}

/** Properties of a task that adapters and heads need. */
export interface TaskFacts {
  /** PEFT's `task_type`; absent if PEFT has none. */
  peft?: string;
  /** The head is pre-trained together with the base model: its biases and norms count as the model's own. */
  hasLanguageHead?: true;
}

/**
 * Task of a head. A row is a text, an image or a recording: `sequence` scores whole rows (classes or numbers), `token`
 * classifies each token, `replaced-token` detects replaced tokens, `embedding` gives each row a vector, `decision`
 * scores options by their vectors, `contrastive` embeds texts and images in one space.
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
  decision: {},
  contrastive: {},
  ctc: {},
  'next-item': {},
} as const satisfies Record<string, TaskFacts>;

export type Task = keyof typeof taskFacts;

/** Suffix of attune's class names for encoders that score options by their vectors. */
export const DECIDES = 'ForDecisions';

export function factsOf(task: Task): TaskFacts {
  return taskFacts[task];
}

/** Task for one of PEFT's task types. */
export function taskOfPeft(type: string | null | undefined): Task | undefined {
  return (Object.keys(taskFacts) as Task[]).find((task) => type != null && factsOf(task).peft === type);
}

export type Modality = 'text' | 'image' | 'audio' | 'items';

/** Maximum row length and vocabulary size. */
export interface Limits {
  vocabularySize: number;
  /** Maximum tokens of a row; for image models, the number of patches. */
  maxPositions: number;
  /** Maximum patches of an image, for models of text and images. */
  imagePositions?: number;
  /** Texts are padded to this length, and the padding is attended to. */
  filledTo?: number;
}

/** Placeholder tokens that image vectors replace. */
export interface ImageTokens {
  id: number;
  /** Token that chat templates write for an image, if it differs from the placeholder. */
  written?: number;
  /** Vision patches behind each placeholder. */
  patches: number;
  /** Text that replaces the template's image token. */
  textOf(image: ImageInput, marks: ImageMarks): string;
}

/** An image from the processor: shape of its tiles or patches, the rows and columns of its tiles, and each part's patch grid. */
export interface ImageInput {
  shape: readonly number[];
  grid?: PatchGrid;
  grids?: readonly PatchGrid[];
}

/** Texts of the special tokens around an image. */
export interface ImageMarks {
  /** The placeholder token. */
  image: string;
  textOf(id: number): string;
  /** The tokenizer's name for a special token (`boi_token`), or the usual one. */
  named(key: string, usual: string): string;
}

/** Cost of the convolutions over time before the blocks, per token that they produce. */
export interface FrontEnd {
  products: number;
  /** Intermediate values that backward needs. */
  values: number;
  /** Tokens of a recording, if every recording has the same number. */
  recordingTokens?: number;
}

/** One model type: a file and a line in this folder's index. */
export interface Architecture {
  /** config.json's `model_type`. */
  modelType: string;
  /** The trunk's name in checkpoints that have a head: `model`, `bert`; empty if the trunk's parts are at the top level. */
  prefix: string;
  /** Input modalities; text by default. */
  modalities?: readonly Modality[];
  build(raw: RawConfig, context: TrunkContext): Trunk;
  /** A decoder's configuration with the type's defaults filled in. */
  completed?(raw: RawConfig): RawConfig;
  /** Older checkpoint names of a parameter. */
  formerNames?(path: string): readonly string[];
  /** Tensors in published checkpoints that the reference ignores: masks, tied copies, pre-training heads. */
  passedOver?(raw: RawConfig): readonly RegExp[];
  /** Supported tasks and their heads; the first one is the default. */
  heads(raw: RawConfig): Partial<Record<Task, HeadPlan>>;
  /** Configuration with a vocabulary of this size; sets `vocab_size` by default. */
  withVocabulary?(raw: RawConfig, size: number): RawConfig;
  /** Further row counts that token tables may have besides the vocabulary size. */
  otherTableRows?(raw: RawConfig): readonly number[];
  /** Configuration with an untied head; clears `tie_word_embeddings` by default. */
  withOwnHead?(raw: RawConfig): RawConfig;
  /** Number of tokens for a row's features; by default the maximum. */
  tokensOfFeatures?(raw: RawConfig, shape: readonly number[]): number;
  /** Encoder-decoders: in training, the decoder starts with the row's last token instead of a start token (mBART). */
  startsWithLast?: boolean;
  /** Number of mel bins per input frame; absent for speech models that read waveforms. */
  melBins?(raw: RawConfig): number;
  /** Placeholder tokens of images, and the text of an image. */
  imageTokens?(raw: RawConfig): ImageTokens;
  /** Cost per token of front-end convolutions; absent without convolutions over time. */
  frontEnd?(raw: RawConfig): FrontEnd;
  /** Input limits that data are checked against. */
  limits(raw: RawConfig): Limits;
}

/** Whether tokens attend only to earlier ones. */
export function isCausal(architecture: Architecture, raw: RawConfig): boolean {
  const tasks = architecture.heads(raw);
  return 'causal-lm' in tasks || 'seq2seq' in tasks || 'next-item' in tasks;
}

/** Prefix of the trunk's parameter paths: `bert.`. */
export function rootOf({ prefix }: Architecture): string {
  return prefix === '' ? '' : `${prefix}.`;
}
