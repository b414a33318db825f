// L trained tokens of a row, K teacher tokens per position
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { attuneCache } from '../../base/home.ts';
import { endpointFrom } from '../../scoring/endpoint/endpoint.ts';
import { TokenScores, type PlaceScores } from '../../scoring/endpoint/token-scores.ts';
import { cacheKey, ContentCache, type CacheKey } from '../../files/cache.ts';
import { sha256 } from '../../files/hash.ts';
import { templateHash, tokenizerHash, type Tokenizer } from '../../models/text/index.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import { NOTHING } from './distillation-losses.ts';
import type { TeacherEndpoint } from './gkd.options.ts';

export interface EndpointTeacher {
  /** Checks the teacher before training. @throws AttuneError E_TEACHER_DOWN, E_TEACHER_LOGPROBS, E_TEACHER_VOCABULARY */
  ready(signal: AbortSignal): Promise<void>;
  /**
   * Adds the teacher's scores of the trained tokens to rows: ids as `rivals`, log-probabilities as `reference`, [L, K]
   * each. Replies are cached on disk, so that nothing is paid for twice and a resumed run is identical.
   */
  taught(rows: readonly TaughtRow[], signal?: AbortSignal): Promise<TaughtRow[]>;
}

/** Tokens per position: the top k, and the row's own. */
export function scoresWidth({ top_k: top }: Pick<TeacherEndpoint, 'top_k'>): number {
  return top + 1;
}

export function endpointTeacher(spec: TeacherEndpoint, tokenizer: Tokenizer): EndpointTeacher {
  const endpoint = endpointFrom(spec.endpoint, spec.model, spec.key_variable);
  const idOf = byText(tokenizer);
  const scores = new TokenScores(endpoint, {
    top: spec.top_k,
    concurrency: spec.concurrency,
    timeout: spec.timeout,
    idOf,
    maxTokens: spec.max_tokens,
    maxCost: spec.max_cost,
    inputPrice: spec.input_price,
    outputPrice: spec.output_price,
  });
  const cache = new ContentCache(join(attuneCache(), 'teacher'));
  const width = scoresWidth(spec);
  return {
    async ready(signal) {
      await scores.requireReached(signal);
      await requireSameVocabulary(scores, tokenizer, { spec, signal });
      // Makes endpoints without log-probabilities fail before training.
      await scores.of([await tokenizer.encode(PROBES[0])], () => undefined, signal);
    },
    async taught(rows, signal) {
      const unknown = rows.filter(({ rivals }) => rivals === undefined);
      const keys = new Map(unknown.map((row) => [row, keyOf(row, spec, tokenizer)]));
      const found = new Map(unknown.map((row) => [row, readScores(cache.read(keys.get(row)!))]));
      const asked = unknown.filter((row) => found.get(row) === undefined);
      // Each reply is stored as soon as it arrives.
      await scores.of(
        asked.map(({ ids }) => ids),
        (places, i) => {
          const own = scoresOf(asked[i], places, width);
          found.set(asked[i], own);
          cache.write(keys.get(asked[i])!, [bytesOf(own.rivals), bytesOf(own.reference)]);
        },
        signal,
      );
      return rows.map((row) => ({ ...row, ...found.get(row) }));
    },
  };
}

/** A teacher's scores of a row's trained tokens: K ids per token, and their log-probabilities. */
interface Scores {
  rivals: Int32Array;
  reference: Float32Array;
}

export interface TaughtRow extends PreparedRow, Partial<Scores> {}

/** Scores of the trained tokens, all with the same width; tokens of unknown id are merged into the rest. */
function scoresOf({ trained }: PreparedRow, places: readonly PlaceScores[], width: number): Scores {
  const wanted = [...trained.keys()].filter((t) => trained[t] === 1);
  const rivals = new Int32Array(wanted.length * width);
  const reference = new Float32Array(wanted.length * width).fill(NOTHING);
  for (const [i, t] of wanted.entries()) {
    const known = places[t].filter(({ id }) => id !== undefined).slice(0, width);
    rivals.fill(known[0]?.id ?? 0, i * width, (i + 1) * width);
    for (const [k, { id, logProb }] of known.entries()) {
      rivals[i * width + k] = id!;
      reference[i * width + k] = Math.max(logProb, NOTHING);
    }
  }
  return { rivals, reference };
}

function keyOf({ ids, trained }: PreparedRow, spec: TeacherEndpoint, tokenizer: Tokenizer): CacheKey {
  const { endpoint, model, top_k: top } = spec;
  return cacheKey({
    rows: sha256(`${ids.join()} ${trained.join('')}`),
    tokenizer: tokenizerHash(tokenizer),
    template: templateHash(tokenizer),
    // The cache outlives the code; increment the number when its format changes.
    code: sha256('token scores, form 1'),
    settings: { endpoint, model, top },
  });
}

function bytesOf(values: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer);
}

function readScores(bytes: Uint8Array | undefined): Scores | undefined {
  if (bytes === undefined) return undefined;
  // Copied, since cached bytes may be unaligned.
  const { buffer } = Uint8Array.from(bytes);
  const count = buffer.byteLength / 8;
  return { rivals: new Int32Array(buffer, 0, count), reference: new Float32Array(buffer, 4 * count, count) };
}

/** Maps a token's text to its id; undefined if several ids have that text, such as parts of characters. */
function byText(tokenizer: Tokenizer): (token: string) => number | undefined {
  let ids: Map<string, number | undefined> | undefined;
  const read = (): Map<string, number | undefined> => {
    const found = new Map<string, number | undefined>();
    for (let id = 0; id < tokenizer.size; id++) {
      const text = tokenizer.decode([id]);
      found.set(text, found.has(text) ? undefined : id);
    }
    return found;
  };
  return (token) => (ids ??= read()).get(token);
}

const PROBES = [
  'The quick brown fox jumps over the lazy dog, 12,345 times in 2024.',
  'for (let i = 0; i < n; i++) { total += prices[i] * 1.19; }\n\n\t// fin',
  'Größe, façade, naïve, señor; Ελληνικά, русский, 日本語, العربية 🙂',
];
/** Number of ids to test, spread over the vocabulary, with distinct texts. */
const SPREAD = 64;

/** @throws AttuneError E_TEACHER_VOCABULARY if the teacher tokenises texts differently, or decodes tokens differently */
async function requireSameVocabulary(
  scores: TokenScores,
  tokenizer: Tokenizer,
  { spec, signal }: { spec: TeacherEndpoint; signal: AbortSignal },
): Promise<void> {
  for (const probe of PROBES) {
    const own = [...(await tokenizer.encode(probe))];
    const theirs = await scores.tokenize(probe, signal);
    if (theirs === undefined) break;
    if (theirs.join() !== own.join())
      throw otherVocabulary(spec, `${shown(probe)} is ${theirs.length} tokens there but ${own.length} here`);
  }
  const encoded = await tokenizer.encodeBatch(PROBES);
  for (const ids of [...encoded.map((probe) => [...probe]), spreadIds(tokenizer)]) {
    const own = tokenizer.decode(ids, { skipSpecialTokens: true });
    const text = await scores.echo(ids, signal).catch((error: unknown) => {
      const isRefused = error instanceof AttuneError && error.code === 'E_ENDPOINT_REFUSED';
      throw isRefused && /vocab|token/i.test(error.got ?? '') ? otherVocabulary(spec, error.got ?? '') : error;
    });
    if (text !== own) throw otherVocabulary(spec, `the same tokens are ${shown(text)} there but ${shown(own)} here`);
  }
}

function spreadIds(tokenizer: Tokenizer): number[] {
  const step = Math.max(1, Math.floor(tokenizer.size / SPREAD));
  const ids = Array.from({ length: Math.floor(tokenizer.size / step) }, (_, i) => i * step);
  return ids.filter((id) => !tokenizer.isSpecial(id) && /^[\w ]+$/.test(tokenizer.decode([id])));
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function otherVocabulary({ endpoint, model }: TeacherEndpoint, got: string): AttuneError {
  return new AttuneError('E_TEACHER_VOCABULARY', {
    what:
      `${model} at ${endpoint} has a different vocabulary from the base model, so their log-probabilities ` +
      'cannot be compared',
    got,
    expected: 'a teacher with the same tokenizer: a larger model of the same family',
    fix: 'choose another teacher, or let it write answers and fine-tune on them: objective: sft',
  });
}
