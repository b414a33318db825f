import { AttuneError, type Problem } from '../../../base/errors.ts';
import type { SpeechExample } from '../../../data/example.ts';
import type { MediaReader, Prepared, PreparedRow, RowReader } from './prepared-rows.ts';

/** The audio reader. @throws AttuneError E_WRONG_MODEL if the base model does not take audio */
export function hearing({ media }: Pick<RowReader, 'media'>, objective: string): MediaReader {
  if (media?.kind === 'audio') return media;
  throw new AttuneError('E_WRONG_MODEL', {
    what: `The objective ${objective} needs a speech model`,
    got: media === undefined ? 'a text model' : `a model that reads ${media.kind} files`,
    expected: 'wav2vec2 or whisper',
    fix: 'choose another base model',
  });
}

/** Prepares rows of recordings with a rule for each and its number of model tokens; collects problems. */
export async function prepareRecordings(
  examples: readonly SpeechExample[],
  media: MediaReader,
  rowOf: (text: string, tokens: number) => Promise<MediaRow | Fault>,
): Promise<Prepared> {
  const problems: Problem[] = [];
  const rows: (PreparedRow | undefined)[] = [];
  for (const { id, source, media: file, text } of examples) {
    const tokens = await tokensIn({ media: file, source }, media);
    const made = typeof tokens === 'number' ? await rowOf(text, tokens) : tokens;
    const isFault = 'message' in made;
    if (isFault) problems.push({ ...source, ...made });
    rows.push(isFault ? undefined : { id, source, media: file, ...made });
  }
  return { rows, problems };
}

type MediaRow = Omit<PreparedRow, 'id' | 'source' | 'media'>;
type Fault = Omit<Problem, 'file' | 'line'>;

/** Reads each file once before training, so that all unreadable files are reported together. */
export async function tokensIn(
  row: Pick<SpeechExample, 'media' | 'source'>,
  media: MediaReader,
): Promise<number | Fault> {
  try {
    const [{ features }] = await media.load([row]);
    const tokens = media.tokens(features);
    return tokens > 0 ? tokens : { field: 'audio', message: 'is too short: the model makes no frame from it' };
  } catch (error) {
    if (!(error instanceof AttuneError) || error.problems.length === 0) throw error;
    return { field: 'audio', message: error.problems[0].message };
  }
}
