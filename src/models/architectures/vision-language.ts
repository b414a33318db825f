/** Models with a vision tower whose outputs replace tokens in a decoder's input: the parts independent of tower and decoder. */
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { table } from '../../base/table.ts';
import { LayerNorm, Module, type Embedding } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, HeadPlan, ImageReader, ImageTokens, Task, Trunk, TrunkContext } from '../architecture.ts';
import type { RouterBalance } from '../balance.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import type { Decoder } from '../decoder/decoder.ts';
import { assignParts, NamedFeedForward, inModule, type Named } from '../decoder/plain.ts';
import { architecture as gemma } from './gemma.ts';
import { architecture as gemma2 } from './gemma2.ts';
import { architecture as gemma3 } from './gemma3-text.ts';
import { architecture as gemma4 } from './gemma4-text.ts';
import { architecture as lfm2 } from './lfm2.ts';
import { architecture as llama } from './llama.ts';
import { architecture as ministral3 } from './ministral3.ts';
import { architecture as mistral } from './mistral.ts';
import { architecture as qwen2 } from './qwen2.ts';
import { architecture as qwen3 } from './qwen3.ts';
import type { Stack } from '../stack.ts';

/** Supported decoders, by the `model_type` of `text_config`. */
const decoders: Readonly<Record<string, Architecture>> = table({
  gemma,
  gemma2,
  gemma3_text: gemma3,
  gemma4_text: gemma4,
  lfm2,
  llama,
  ministral3,
  mistral,
  qwen2,
  qwen3,
});

/** A decoder and its configuration. */
export interface TextModel {
  architecture: Architecture;
  raw: RawConfig;
}

/** Text model of a configuration; `usual` is its default type. @throws AttuneError E_CONFIG_BAD */
export function textModelOf(raw: RawConfig, usual: string, known = Object.keys(decoders)): TextModel {
  const own = (raw.text_config ?? {}) as RawConfig;
  const type = String(own.model_type ?? usual);
  return { architecture: decoders[knownPart(raw, { key: 'text_config', type, known })], raw: own };
}

/** Type of a model's part, if supported. @throws AttuneError E_CONFIG_BAD */
export function knownPart(
  { model_type: whole }: RawConfig,
  { key, type, known }: { key: 'text_config' | 'vision_config'; type: string; known: readonly string[] },
): string {
  if (known.includes(type)) return type;
  throw new AttuneError('E_CONFIG_BAD', {
    what: `The ${key === 'text_config' ? 'text model' : 'vision tower'} of this ${String(whole)} model is not supported`,
    got: `model_type ${type} in ${key}`,
    expected: known.join(', '),
    fix: 'choose a supported model',
  });
}

/** Parts of the trunk, with their names in checkpoints. */
export interface VisionLanguageParts {
  tower: Named<Stack>;
  /** Turns the tower's states into token vectors, unless the tower does so itself. */
  connector?: Named<Module>;
  text: Named<Decoder>;
  reader: Omit<ImageReader, 'stack' | 'modules'>;
}

/** A vision tower and a decoder. */
export class VisionLanguage extends Module implements Trunk {
  readonly #parts: VisionLanguageParts;

  constructor(parts: VisionLanguageParts) {
    super();
    this.#parts = parts;
    assignParts(this, [inModule(parts.tower), parts.connector, parts.text]);
  }

  get stack(): Stack {
    return this.#parts.text.module;
  }
  get width(): number {
    return this.#parts.text.module.width;
  }
  get tokenTable(): Embedding {
    return this.#parts.text.module.embed_tokens;
  }
  get balance(): RouterBalance | undefined {
    return this.#parts.text.module.balance;
  }
  get imageReader(): ImageReader {
    const { tower, connector, reader } = this.#parts;
    return { ...reader, stack: tower.module, modules: [tower.module, ...(connector ? [connector.module] : [])] };
  }
}

/** Projects to token vectors: two linear layers with an activation between them, and an optional norm before. */
export class Projector extends NamedFeedForward {
  readonly layer_norm?: LayerNorm;

  constructor(
    widths: { in: number; inner: number; out: number },
    { isNormed = false, ...options }: { bias: boolean; activation: string; isNormed?: boolean },
  ) {
    super(['linear_1', 'linear_2'], widths, options);
    if (isNormed) this.layer_norm = new LayerNorm(widths.in, 1e-5);
  }

  override forward(x: Tensor): Tensor {
    return super.forward(this.layer_norm?.forward(x) ?? x);
  }
}

/** Configuration key of the image placeholder, which has two names. */
export function imageTokenKey(usual: number) {
  const id = z.int().min(0);
  return { image_token_id: id.nullish(), image_token_index: id.default(usual) };
}

export function imageTokenOf(config: { image_token_id?: number | null; image_token_index: number }): number {
  return config.image_token_id ?? config.image_token_index;
}

/** Names on the hub in LLaVA's family, where parts are outside of `model` (transformers before 4.52). */
export function llavaFormerNames(path: string): readonly string[] {
  if (path.startsWith('lm_head.')) return [`language_model.${path}`];
  const hub = path.replace(/^model\./, '').replace(/^language_model\./, 'language_model.model.');
  return [hub, path.replace('.vision_model.', '.')];
}

export interface VisionLanguageDefinition<Config> {
  modelType: string;
  /** `LlavaForConditionalGeneration` */
  className: string;
  /** Parses the configuration. @throws AttuneError E_CONFIG_BAD */
  read(raw: RawConfig): Config;
  text(raw: RawConfig): TextModel;
  /** Whether the head is tied, given config.json's value and that of the text model; by default, only if config.json says so. */
  tied?(own: boolean | undefined, text: boolean): boolean;
  parts(config: Config, text: Decoder): VisionLanguageParts;
  imageTokens(config: Config): ImageTokens;
  /** Tokens of an image, from the shape of its processed features. */
  tokensOf(config: Config, shape: readonly number[]): number;
  /** Maximum patches of an image or tile. */
  patches(config: Config): number;
  formerNames?: Architecture['formerNames'];
  /** Checkpoint parts for other modalities. */
  passedOver?: readonly RegExp[];
}

const tying = z.looseObject({ tie_word_embeddings: z.boolean().nullish(), tie_embedding: z.boolean().nullish() });

/** Defines a vision language model type. */
export function defineVisionLanguage<Config>(definition: VisionLanguageDefinition<Config>): Architecture {
  const { modelType, className, read, text, tokensOf, imageTokens } = definition;
  return {
    modelType,
    prefix: 'model',
    modalities: ['text', 'image'],
    build(raw: RawConfig, context: TrunkContext): Trunk {
      const config = read(raw);
      const inner = text(raw);
      return new VisionLanguage(definition.parts(config, inner.architecture.build(inner.raw, context) as Decoder));
    },
    heads(raw): Partial<Record<Task, HeadPlan>> {
      const inner = text(raw);
      const own = inner.architecture.heads(inner.raw)['causal-lm']!.options;
      const { tie_word_embeddings: said, tie_embedding: older } = parseConfig(tying, raw);
      const { tied = (outer = false) => outer } = definition;
      const options = { ...own, name: 'lm_head', tied: tied(older ?? said ?? undefined, own.tied === true) };
      return { 'causal-lm': { head: 'causal-lm', className, options } };
    },
    limits(raw) {
      const inner = text(raw);
      return { ...inner.architecture.limits(inner.raw), imagePositions: definition.patches(read(raw)) };
    },
    imageTokens: (raw) => imageTokens(read(raw)),
    tokensOfFeatures: (raw, shape) => tokensOf(read(raw), shape),
    withVocabulary: (raw, vocab_size) => ({
      ...raw,
      ...('vocab_size' in raw && { vocab_size }),
      ...(('text_config' in raw || !('vocab_size' in raw)) && {
        text_config: { ...(raw.text_config as object | undefined), vocab_size },
      }),
    }),
    passedOver(raw) {
      const inner = text(raw);
      return [...(definition.passedOver ?? []), ...(inner.architecture.passedOver?.(inner.raw) ?? [])];
    },
    ...(definition.formerNames && { formerNames: definition.formerNames }),
  };
}
