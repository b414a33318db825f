import { plural } from '../../base/format.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { MemoryRow } from '../../models/memory.ts';
import type { TokenConstraint } from '@attune/constraint';
import type { InstalledAdapter } from './installed-adapter.ts';
import { placesOf, type SeenImages } from './seen-images.ts';
import { defaultSampling, type SamplingOptions } from './sampling.ts';

/** Generation options; omitted or undefined ones have defaults. */
export interface GenerationOptions extends Partial<SamplingOptions> {
  /** Default 256, or fewer if the model's context ends first. */
  maxNewTokens?: number;
  /** Minimum number of tokens before a stop id or stop text may end an answer. Default 0. */
  minNewTokens?: number;
  /** Answers per prompt. They share the prompt's keys and values. */
  n?: number;
  /** Texts that end an answer and are cut off it, regardless of token boundaries. */
  stop?: readonly string[];
  /** Ids that end an answer; the tokenizer's by default. */
  stopIds?: readonly number[];
  /** Number of most likely tokens to return with each token's log-probability. */
  logProbs?: number;
  /** Ids to score as the next token after the prompt. */
  scored?: readonly number[];
  /** Creates the constraint of one answer. */
  constraint?: () => TokenConstraint;
  /** Aborting cancels the answers: they reject with the signal's reason. */
  signal?: AbortSignal;
}

/** One prompt to continue. */
export interface GenerationRequest extends GenerationOptions {
  prompt: readonly number[] | Int32Array;
  /** Whether the answer continues the prompt's own text, so that its first space is kept. */
  goesOn?: boolean;
  /** Encoder-decoders: the encoder output that the decoder attends to. */
  memory?: MemoryRow;
  /** Vectors for the prompt's image tokens; must live until the answer is finished. */
  images?: SeenImages;
  /** Name of the installed adapter to use; the base model by default. */
  adapter?: string;
  /**
   * Prompts share cached prefixes only under the same salt. With one salt per tenant, response times reveal nothing
   * about other tenants' prompts.
   */
  salt?: string;
  /** Owner of the request: owners share the passes fairly. Requests without one share a common owner. */
  owner?: string;
}

/** A validated request with its defaults filled in. */
export interface SettledRequest {
  /** Input tokens: the adapter's prefix, then the prompt. */
  prompt: Int32Array;
  /** Number of tokens in the adapter's prefix. */
  prefix: number;
  goesOn?: boolean;
  maxNewTokens: number;
  minNewTokens: number;
  n: number;
  sampling: SamplingOptions;
  stop: readonly string[];
  stopIds: ReadonlySet<number>;
  logProbs?: number;
  scored?: readonly number[];
  constraint?: () => TokenConstraint;
  memory?: MemoryRow;
  images?: SeenImages;
  salt?: string;
  owner: string;
  adapter?: InstalledAdapter;
}

/** Limits set by model, tokenizer and adapter. */
export interface RequestLimits {
  vocabularySize: number;
  /** Maximum length of a prompt plus its answer. */
  maxPositions: number;
  stopIds: readonly number[];
  adapter?: InstalledAdapter;
}

export const DEFAULT_NEW_TOKENS = 256;

/** Fills in defaults. @throws AttuneError E_PROMPT_TOO_LONG, E_GENERATION_OPTIONS with every problem */
export function settleRequest(request: GenerationRequest, limits: RequestLimits): SettledRequest {
  const { adapter } = limits;
  const { prefix = [] } = adapter?.adapter ?? {};
  const prompt = Int32Array.of(...prefix, ...request.prompt);
  const settled = {
    prompt,
    prefix: prefix.length,
    goesOn: request.goesOn,
    maxNewTokens: request.maxNewTokens ?? DEFAULT_NEW_TOKENS,
    minNewTokens: request.minNewTokens ?? 0,
    n: request.n ?? 1,
    sampling: settleSampling(request),
    stop: request.stop ?? [],
    stopIds: new Set(request.stopIds ?? limits.stopIds),
    logProbs: request.logProbs,
    scored: request.scored,
    constraint: request.constraint,
    memory: request.memory,
    images: request.images,
    salt: request.salt,
    owner: request.owner ?? '',
    adapter,
  };
  const { images } = request;
  if (images !== undefined && placesOf(images, prompt).length !== images.vectors.shape[0])
    throw new Error('the number of image tokens in a prompt differs from the number of image vectors');
  refuse(settled, limits, endProblems(request));
  return { ...settled, maxNewTokens: Math.min(settled.maxNewTokens, limits.maxPositions - prompt.length) };
}

function settleSampling(given: Partial<SamplingOptions>): SamplingOptions {
  const keys = Object.keys(defaultSampling) as (keyof SamplingOptions)[];
  const entries = keys.map((key) => [key, given[key] ?? defaultSampling[key]]);
  return Object.fromEntries(entries) as unknown as SamplingOptions;
}

interface Bounds {
  least: number;
  most?: number;
  isWhole?: boolean;
  /** Whether `least` itself is excluded. */
  isAbove?: boolean;
}

const bounds: Readonly<Record<string, Bounds>> = {
  maxNewTokens: { least: 1, isWhole: true },
  minNewTokens: { least: 0, isWhole: true },
  n: { least: 1, isWhole: true },
  logProbs: { least: 0, isWhole: true },
  temperature: { least: 0 },
  topK: { least: 0, isWhole: true },
  topP: { least: 0, most: 1, isAbove: true },
  minP: { least: 0, most: 1 },
  repetitionPenalty: { least: 0, isAbove: true },
  presencePenalty: { least: Number.NEGATIVE_INFINITY },
  frequencyPenalty: { least: Number.NEGATIVE_INFINITY },
  seed: { least: 0, most: Number.MAX_SAFE_INTEGER, isWhole: true },
};

function refuse(settled: SettledRequest, limits: RequestLimits, others: readonly Problem[]): void {
  const problems = [
    ...others,
    ...boundProblems({ ...settled, ...settled.sampling }),
    ...promptProblems(settled.prompt.subarray(settled.prefix), limits),
    ...biasProblems(settled.sampling.logitBias, limits),
  ];
  if (settled.minNewTokens > settled.maxNewTokens)
    problems.push({ field: 'minNewTokens', message: `exceeds maxNewTokens, ${settled.maxNewTokens}` });
  if (settled.stop.includes(''))
    problems.push({ field: 'stop', message: 'an empty string would stop every answer at once' });
  if (problems.length > 0) {
    throw new AttuneError('E_GENERATION_OPTIONS', { what: 'These generation settings are invalid', problems });
  }
  if (settled.prompt.length >= limits.maxPositions) throw tooLong([settled.prompt], limits.maxPositions);
}

function boundProblems(values: Readonly<Record<string, unknown>>): Problem[] {
  return Object.entries(bounds).flatMap(([field, bound]) => {
    const value = values[field];
    if (value === undefined || isWithin(value, bound)) return [];
    return [{ field, message: `${String(value)} is not ${wordsOf(bound)}` }];
  });
}

function isWithin(value: unknown, { least, most = Number.POSITIVE_INFINITY, isWhole, isAbove }: Bounds): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (isWhole === true && !Number.isInteger(value)) return false;
  return value <= most && (isAbove === true ? value > least : value >= least);
}

function wordsOf({ least, most, isWhole, isAbove }: Bounds): string {
  const kind = isWhole === true ? 'a whole number' : 'a number';
  const parts = Number.isFinite(least) ? [isAbove === true ? `above ${least}` : `of ${least} or more`] : [];
  if (most !== undefined) parts.push(`at most ${most}`);
  return [kind, parts.join(' and ')].join(' ').trim();
}

/** An empty list of stop ids is rejected too, since a constraint needs one to end an answer. */
function endProblems({ constraint, stop = [], stopIds, minNewTokens = 0 }: GenerationRequest): Problem[] {
  // Constraints on parts of free text let it end like unconstrained text.
  if (constraint === undefined || constraint().isFree === true) return [];
  const given = [
    ...(stop.length > 0 ? ['stop'] : []),
    ...(stopIds === undefined ? [] : ['stopIds']),
    ...(minNewTokens > 0 ? ['minNewTokens'] : []),
  ];
  const fix = 'remove it: the constraint ends the answer';
  return given.map((field) => ({
    field,
    message: 'cannot be combined with a constraint, which alone decides where an answer ends',
    fix,
  }));
}

function promptProblems(prompt: Int32Array, { vocabularySize }: RequestLimits): Problem[] {
  if (prompt.length === 0) return [{ field: 'prompt', message: 'is empty' }];
  const unknown = prompt.find((id) => id < 0 || id >= vocabularySize);
  if (unknown === undefined) return [];
  return [{ field: 'prompt', message: `token ${unknown} is not in the model's vocabulary of ${vocabularySize}` }];
}

function biasProblems(biases: Readonly<Record<number, number>>, { vocabularySize }: RequestLimits): Problem[] {
  return Object.entries(biases).flatMap(([id, bias]) => {
    const token = Number(id);
    if (
      Number.isInteger(token) &&
      token >= 0 &&
      token < vocabularySize &&
      typeof bias === 'number' &&
      !Number.isNaN(bias)
    )
      return [];
    return [
      {
        field: `logitBias.${id}`,
        message: `expected a token id below ${vocabularySize} with a number, got ${bias}`,
      },
    ];
  });
}

/**
 * Error for prompts that leave no room for an answer; `prompts` are all prompts of a request. `counted`: how reliable
 * the token counts are.
 */
export function tooLong(
  prompts: readonly { readonly length: number }[],
  limit: number,
  counted: '' | 'at least ' = '',
): AttuneError {
  const problems = prompts
    .map(({ length }, i) => ({ field: `prompts[${i}]`, message: `${counted}${plural(length, 'tokens')}`, length }))
    .filter(({ length }) => length >= limit)
    .map(({ field, message }): Problem => ({ field, message }));
  const isOne = prompts.length === 1;
  return new AttuneError('E_PROMPT_TOO_LONG', {
    what: isOne ? "The prompt exceeds the model's context length" : "Prompts exceed the model's context length",
    got: isOne ? problems[0].message : `${problems.length} of ${prompts.length}`,
    expected: `fewer than ${limit} tokens`,
    fix: isOne ? 'shorten the prompt' : 'shorten them, or remove them',
    problems: isOne ? [] : problems,
  });
}
