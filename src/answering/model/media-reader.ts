import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { formatCount, plural } from '../../base/format.ts';
import { readFailure } from '../../files/bytes.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { sha256 } from '../../files/hash.ts';
import { readJsonObject } from '../../files/json-object.ts';
import type { Features } from '../../base/features.ts';
import type { MediaFile, MediaKind } from '../../data/media.ts';
import type { Architecture } from '../../models/architecture.ts';
import type { RawConfig } from '../../models/raw-config.ts';
import type { MediaReader, PreparedRow } from '../tasks/rows/prepared-rows.ts';
import { mediaProcessors, type MediaProcessor } from './media-processors.ts';

/** Cache for files that later epochs read again. */
const KEPT_BYTES = 1 << 29;
/** Number of files decoded concurrently. */
const AT_ONCE = 8;
const MAX_LISTED = 20;

/** The reader of a base model's media files; undefined for text models. @throws AttuneError E_PROCESSOR_… */
export async function mediaReaderFor(
  folder: string,
  architecture: Architecture,
  raw: RawConfig,
): Promise<MediaReader | undefined> {
  const kind = (architecture.modalities ?? []).find((one): one is MediaKind => mediaProcessors.has(one));
  if (kind === undefined) return undefined;
  const config = processorConfig(folder);
  const limits = architecture.limits(raw);
  const maxPositions = limits.imagePositions ?? limits.maxPositions;
  const tokens = (shape: readonly number[]) => architecture.tokensOfFeatures?.(raw, shape) ?? maxPositions;
  const imageTokens = architecture.imageTokens?.(raw);
  const processor = (await mediaProcessors.load(kind)).open(config, architecture.modelType, imageTokens?.patches);
  const identity = sha256(JSON.stringify([raw, config]));
  return new Reader({ kind, identity, imageTokens }, processor, { maxPositions, tokens });
}

/** The folder's preprocessor_config.json. @throws AttuneError E_PROCESSOR_MISSING */
function processorConfig(folder: string): Record<string, unknown> {
  const path = join(folder, 'preprocessor_config.json');
  if (existsSync(path)) return readJsonObject(path);
  const { image_processor: images, feature_extractor: recordings } = existsSync(join(folder, 'processor_config.json'))
    ? readJsonObject(join(folder, 'processor_config.json'))
    : {};
  const nested = images ?? recordings;
  // transformers 5 nests it in processor_config.json.
  if (isPlainObject(nested)) return nested;
  throw new AttuneError('E_PROCESSOR_MISSING', {
    what: `${folder} has no preprocessor_config.json, so files cannot be turned into model input`,
    expected: 'preprocessor_config.json',
    fix: 'fetch the model again, with that file',
  });
}

/** Number of tokens that a file becomes in the model's blocks. */
interface TokenCounts {
  maxPositions: number;
  tokens(shape: readonly number[]): number;
}

class Reader implements MediaReader {
  readonly kind: MediaKind;
  readonly identity: string;
  readonly imageTokens: MediaReader['imageTokens'];
  readonly #processor: MediaProcessor;
  readonly #counts: TokenCounts;
  /** Cached features of the first files, as many as fit. */
  readonly #kept = new Map<string, Features>();
  #keptBytes = 0;

  constructor(
    { kind, identity, imageTokens }: Pick<MediaReader, 'kind' | 'identity' | 'imageTokens'>,
    processor: MediaProcessor,
    counts: TokenCounts,
  ) {
    this.kind = kind;
    this.identity = identity;
    this.imageTokens = imageTokens;
    this.#processor = processor;
    this.#counts = counts;
  }

  /** All images have the same size; recordings are counted as the longest possible one. */
  size(_file: MediaFile): number {
    return this.#counts.maxPositions;
  }

  tokens({ shape }: Features): number {
    return this.#counts.tokens(shape);
  }

  async load<Row extends Pick<PreparedRow, 'media' | 'source'>>(
    rows: readonly Row[],
  ): Promise<(Row & { features: Features })[]> {
    const loaded: (Row & { features: Features })[] = [];
    const problems: Problem[] = [];
    for (let start = 0; start < rows.length; start += AT_ONCE) {
      const some = rows.slice(start, start + AT_ONCE);
      const read = await Promise.all(some.map((row) => this.#read(row)));
      for (const [i, features] of read.entries()) {
        if (features instanceof AttuneError) problems.push({ ...some[i].source, message: reasonOf(features) });
        else loaded.push({ ...some[i], features });
      }
    }
    if (problems.length === 0) return loaded;
    throw new AttuneError('E_MEDIA_UNREADABLE', {
      what: `${formatCount(problems.length)} of ${plural(rows.length, 'files')} cannot be read`,
      problems: problems.slice(0, MAX_LISTED),
      problemCount: problems.length,
      fix: 'fix the files named above, or delete their rows',
    });
  }

  async #read({ media }: Pick<PreparedRow, 'media'>): Promise<Features | AttuneError> {
    if (media === undefined) throw new Error('a row without a file reached a model that reads files');
    const known = this.#kept.get(media.hash);
    if (known !== undefined) return known;
    try {
      const one = await this.#processor.process(readFileSync(media.path), media.path);
      // In vision language models an image is one or more square tiles.
      const isSquare = this.imageTokens !== undefined && one.shape.length === 3;
      const features = isSquare ? { ...one, shape: [1, ...one.shape] } : one;
      this.#keep(media.hash, features);
      return features;
    } catch (error) {
      // The file was deleted or became unreadable after its row was read.
      const failure = readFailure(media.path, error);
      if (failure instanceof AttuneError) return failure;
      throw failure;
    }
  }

  #keep(hash: string, features: Features): void {
    if (this.#keptBytes + features.data.byteLength > KEPT_BYTES) return;
    this.#keptBytes += features.data.byteLength;
    this.#kept.set(hash, features);
  }
}

function reasonOf({ what, got }: AttuneError): string {
  return got === undefined ? what : `${what}: ${got}`;
}
