// R rows, D width of their vectors
import { AttuneError } from '../../base/errors.ts';
import { sha256, sha256File } from '../../files/hash.ts';
import { tasks } from '../tasks/index.ts';
import { weightFiles } from '../../models/checkpoint-files.ts';
import { poolingKey } from '../../models/sentence-folder.ts';
import type { Pooling } from '../../models/heads/pooling.ts';
import { tokenizerHash } from '../../models/text/index.ts';
import { adapterWeights, isAdapterFolder } from '../model/base-model.ts';
import { openModel, type OpenedModel, type OpenOptions } from '../model/open-model.ts';
import { refuseOtherPooling } from './own-pooling.ts';
import { settleWeights } from '../model/settle-weights.ts';
import { captionVectors, imageVectors, type PlacedImage } from '../tasks/answers/pair-vectors.ts';
import { sentenceVectors } from '../tasks/answers/text-vectors.ts';

/** Poolings of token states into one vector that the user can choose. */
export type AskedPooling = 'mean' | 'first' | 'max' | 'last';

export interface EmbeddingModelOptions extends Pick<OpenOptions, 'base' | 'precision'> {
  /** Folder of a run, an adapter or a model, or a known name. */
  target: string;
  /** For encoders that do not define their own pooling. */
  pooling?: AskedPooling;
}

/** Description of an embedding model. */
export interface EmbeddingModelDescription {
  target: string;
  /** The folder that was opened. */
  folder: string;
  /** Whether it also embeds images into the same space. */
  readsImages: boolean;
  width: number;
  /** Whether attune trained it: such models use texts without prompts. */
  isTuned: boolean;
  /** Whether its vectors have unit length. */
  isNormalised: boolean;
  pooling?: string;
  /** Prefixes of texts, by purpose. */
  prompts: Readonly<Record<string, string>>;
  /** Prompt used unless another one is named. */
  defaultPrompt?: string;
  /** Similarity function for its vectors. */
  similarity: 'cosine' | 'dot';
}

export interface EmbedOptions {
  /** Prepended to every text. */
  prefix?: string;
  signal?: AbortSignal;
}

/** Vectors of rows, concatenated: [R · D]. */
export interface MadeVectors {
  width: number;
  vectors: Float32Array;
  /** Indices of truncated texts. */
  cut: number[];
  /** Total number of tokens read. */
  tokens: number;
}

/** An embedding model for texts and, if it supports them, images. */
export class EmbeddingModel {
  readonly opened: OpenedModel;
  readonly #target: string;

  constructor(opened: OpenedModel, target: string) {
    this.opened = opened;
    this.#target = target;
  }

  get readsImages(): boolean {
    return this.opened.model.task === 'contrastive';
  }

  async describe(): Promise<EmbeddingModelDescription> {
    const { model, folder, notes } = this.opened;
    const { width } = await this.embedTexts(['a']);
    const { pooling, normalise } = this.readsImages
      ? { pooling: undefined, normalise: true }
      : model.embeddingHead.options;
    const settings = model.sentence?.settings ?? {};
    const prompts = textsIn(settings.prompts);
    const isTuned = notes !== undefined;
    const usual = isTuned ? undefined : settings.default_prompt_name;
    return {
      target: this.#target,
      folder,
      readsImages: this.readsImages,
      width,
      isTuned,
      isNormalised: normalise,
      ...(pooling !== undefined && { pooling: nameOf(pooling) }),
      prompts,
      ...(typeof usual === 'string' && Object.hasOwn(prompts, usual) && { defaultPrompt: usual }),
      similarity: similarityOf(settings.similarity_fn_name, folder),
    };
  }

  /** Embeds texts, or token ids of the model's vocabulary, which are used as they are. */
  async embedTexts(
    texts: readonly (string | readonly number[])[],
    { prefix = '', signal }: EmbedOptions = {},
  ): Promise<MadeVectors> {
    const cut: number[] = [];
    let tokens = 0;
    const reading = {
      isCut: true,
      onCut: (place: number) => cut.push(place),
      onRead: (count: number) => (tokens += count),
      signal,
    };
    const asked = prefix === '' ? texts : texts.map((text) => (typeof text === 'string' ? prefix + text : text));
    const made = this.readsImages
      ? await captionVectors(this.opened, asked, reading)
      : await sentenceVectors(this.opened, asked, reading);
    return { ...joined(made as Float32Array[]), cut, tokens };
  }

  /** @throws AttuneError E_WRONG_ROWS if the model has no image encoder, E_MEDIA_UNREADABLE */
  async embedImages(images: readonly PlacedImage[], signal?: AbortSignal): Promise<MadeVectors> {
    if (!this.readsImages) {
      throw new AttuneError('E_WRONG_ROWS', {
        what: `${this.#target} only embeds text`,
        got: 'images',
        fix: 'choose a text-and-image model, such as CLIP or SigLIP',
      });
    }
    return { ...joined((await imageVectors(this.opened, images, { signal })) as Float32Array[]), cut: [], tokens: 0 };
  }

  /** Hash of everything that determines its vectors: weights, tokenizer, pooling. */
  async identity(): Promise<string> {
    const { model, tokenizer, folder, baseFolder } = this.opened;
    const files = [...weightFiles(baseFolder), ...(isAdapterFolder(folder) ? [adapterWeights(folder)] : [])];
    const hashes: string[] = [];
    for (const file of files) hashes.push(await sha256File(file));
    const how = this.readsImages ? [] : [model.embeddingHead.options, model.sentence?.maxLength];
    return sha256(JSON.stringify([model.architecture.modelType, hashes, tokenizerHash(tokenizer), how]));
  }
}

/**
 * Opens an embedding model; an encoder without a pooling of its own needs `pooling`.
 * @throws AttuneError E_TASK_UNSUPPORTED, E_POOLING and those of opening
 */
export async function openEmbeddingModel(options: EmbeddingModelOptions): Promise<EmbeddingModel> {
  const { target, base, precision = 'f32', pooling } = options;
  const asked = pooling === undefined ? undefined : { pooling };
  const as = pooling === undefined ? undefined : ('embedding' as const);
  const opened = await openModel(target, { base, precision, as, embedding: asked });
  const { model, notes, baseFolder } = opened;
  if (model.task !== 'embedding' && model.task !== 'contrastive') throw noVectors(target, opened);
  if (asked !== undefined) {
    const isOwn = notes !== undefined || model.task === 'contrastive';
    const own = isOwn && model.task === 'embedding' ? model.embeddingHead.options.pooling : undefined;
    if (isOwn && own !== pooling) throw saysItself(target, pooling!, own);
    if (!isOwn) refuseOtherPooling(model, baseFolder, asked, LEAVE_OUT);
  }
  settleWeights(model);
  return new EmbeddingModel(opened, target);
}

const LEAVE_OUT = 'remove --pooling';

function saysItself(target: string, got: string, own: Pooling | undefined): AttuneError {
  return new AttuneError('E_POOLING', {
    what: `${target} sets its own pooling`,
    got: `pooling ${got}`,
    ...(own !== undefined && { expected: nameOf(own) }),
    fix: LEAVE_OUT,
  });
}

function noVectors(target: string, { model, notes }: OpenedModel): AttuneError {
  const heads = model.architecture.heads(model.config);
  if (notes === undefined && heads.embedding !== undefined) {
    return new AttuneError('E_POOLING', {
      what: `${target} does not define how token states are pooled into a vector`,
      got: `a ${model.task} model without modules.json`,
      fix: 'set it: --pooling mean; or train it as an embedding model first: attune train RECIPE --objective contrastive',
    });
  }
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${target} cannot embed text: its task is ${tasks[model.task].title}`,
    expected: 'a text embedding model, or a text-and-image model',
    fix: 'train one on pairs of texts: attune train RECIPE --objective contrastive',
  });
}

/** Name of a pooling as users write it: "mean". */
function nameOf(pooling: Pooling): string {
  return pooling === 'first' ? 'first' : (poolingKey(pooling)?.replace(/^pooling_mode_|_tokens$/g, '') ?? pooling);
}

function textsIn(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}

/** For unit vectors both functions rank alike. @throws AttuneError E_SENTENCE_MODULES */
function similarityOf(name: unknown, folder: string): 'cosine' | 'dot' {
  if (name === undefined || name === null || name === 'cosine') return 'cosine';
  if (name === 'dot' || name === 'dot_product') return 'dot';
  throw new AttuneError('E_SENTENCE_MODULES', {
    what: `${folder} compares vectors with an unsupported function`,
    got: `similarity_fn_name: ${JSON.stringify(name)}`,
    expected: 'cosine or dot',
  });
}

function joined(vectors: readonly Float32Array[]): Omit<MadeVectors, 'cut' | 'tokens'> {
  const width = vectors[0]?.length ?? 0;
  const all = new Float32Array(width * vectors.length);
  for (const [row, vector] of vectors.entries()) all.set(vector, row * width);
  return { width, vectors: all };
}
