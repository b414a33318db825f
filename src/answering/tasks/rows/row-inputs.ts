import type { Problem } from '../../../base/errors.ts';
import type { ClassificationExample } from '../../../data/example.ts';
import type { MediaFile } from '../../../data/media.ts';
import type { MediaReader, PreparedRow, RowReader } from './prepared-rows.ts';
import { tokensIn } from './recordings.ts';

/** Model input of one row. */
export type RowInput = Pick<PreparedRow, 'ids' | 'trained' | 'typeIds' | 'media' | 'size'>;

/** Input of a classification: a text, a pair of texts, or a file. */
export type Subject = Pick<ClassificationExample, 'text' | 'textPair' | 'media'> & Pick<PreparedRow, 'source'>;

/** Each row as model input, a framed text or a file, or its problem. */
export async function rowInputs(
  subjects: readonly Subject[],
  { tokenizer, media: reader }: Pick<RowReader, 'tokenizer' | 'media'>,
): Promise<(RowInput | Problem)[]> {
  if (reader !== undefined) {
    const inputs: (RowInput | Problem)[] = [];
    // Sequentially, since decoded recordings are large.
    for (const subject of subjects) inputs.push(await fileInput(subject, reader));
    return inputs;
  }
  const texts = subjects.filter(({ media }) => media === undefined);
  const framed = (await tokenizer.encodeFramed(texts.map(({ text, textPair }) => ({ text, pair: textPair })))).values();
  return subjects.map(({ media, source }) => {
    if (media !== undefined) return { ...source, message: `is ${describe(media)}, but the model reads text` };
    const { ids, typeIds } = framed.next().value!;
    return { ids, typeIds, trained: new Uint8Array(ids.length) };
  });
}

/** Images have a fixed size; recordings vary, so each is read once to find its length. */
async function fileInput({ media, source }: Subject, reader: MediaReader): Promise<RowInput | Problem> {
  if (media?.kind !== reader.kind) {
    return { ...source, message: `is ${describe(media)}, but the model reads ${IN_WORDS[reader.kind]}` };
  }
  const size = media.kind === 'image' ? reader.size(media) : await tokensIn({ media, source }, reader);
  return typeof size === 'number' ? { ...NO_TOKENS, media, size } : { ...source, ...size };
}

/** Loads rows that may be files; undefined for text models. */
export function loaderOf({ media }: Pick<RowReader, 'media'>): MediaReader['load'] | undefined {
  return media === undefined ? undefined : (rows) => media.load(rows);
}

const NO_TOKENS = { ids: new Int32Array(), trained: new Uint8Array() };

const IN_WORDS = { image: 'images', audio: 'recordings' };

function describe(media: MediaFile | undefined): string {
  if (media === undefined) return 'a text';
  return media.kind === 'image' ? 'an image' : 'a recording';
}
