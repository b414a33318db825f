// S samples of all recordings
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { Example, SpeechExample } from '../../data/example.ts';
import type { StackInput } from '../../models/stack.ts';
import { fromArray } from '../../tensor/index.ts';
import type { MediaReader, PreparedRow, Processor } from '../../train/interfaces.ts';

/** What reads the recordings. @throws AttuneError E_WRONG_MODEL where the base model hears nothing */
export function hearing({ media }: Processor, objective: string): MediaReader {
  if (media?.kind === 'audio') return media;
  throw new AttuneError('E_WRONG_MODEL', {
    what: `The objective ${objective} needs a model that reads recordings`,
    got: media === undefined ? 'a model of text' : `a model that reads files of the kind ${media.kind}`,
    expected: 'wav2vec2 or whisper',
    fix: 'choose another base model',
  });
}

/** Rows of recordings, each by its own rule; what is wrong with one is listed. */
export async function prepareRecordings(
  examples: readonly Example[],
  rowOf: (
    example: SpeechExample,
  ) => Promise<Omit<PreparedRow, 'id' | 'source' | 'media'> | Omit<Problem, 'file' | 'line'>>,
): Promise<{ rows: (PreparedRow | undefined)[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const rows: (PreparedRow | undefined)[] = [];
  for (const example of examples as readonly SpeechExample[]) {
    const { id, source, media } = example;
    const made = await rowOf(example);
    if ('message' in made) problems.push({ ...source, ...made });
    rows.push('message' in made ? undefined : { id, source, media, ...made });
  }
  return { rows, problems };
}

/** Waveforms side by side, none of them padded: [S] and the samples of each. */
export function sideBySide(rows: readonly PreparedRow[]): Pick<StackInput, 'features' | 'featureLengths'> {
  const all = rows.map(({ features }) => features!.data);
  const featureLengths = all.map(({ length }) => length);
  const samples = new Float32Array(featureLengths.reduce((sum, length) => sum + length, 0));
  let next = 0;
  for (const data of all) {
    samples.set(data, next);
    next += data.length;
  }
  return { features: fromArray(samples), featureLengths };
}
