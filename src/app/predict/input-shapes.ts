import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { FormatName } from '../../data/formats/index.ts';
import type { KnownShapes } from '../../data/index.ts';
import type { AnswerKind } from '../../answering/tasks/define.ts';
import type { PredictorDescription } from '../../answering/predict/predict.ts';

/** Formats by kind of answers; generative models accept rows of any format. */
const TEXT_FORMATS: Record<AnswerKind, readonly FormatName[]> = {
  label: ['classification'],
  labels: ['multilabel'],
  number: ['regression'],
  tags: ['tagged', 'spans'],
  steps: ['stepwise'],
  decisions: ['decisions', 'decision_lines'],
  stretch: ['questions'],
  text: [],
};

const MEDIA_FORMATS: Record<NonNullable<PredictorDescription['media']>, FormatName> = {
  image: 'image_classification',
  audio: 'audio_classification',
};

/** Expected form of rows: that of the training rows, otherwise one that suits its answers. */
export function shapesFor({ answers, media, shapes }: PredictorDescription, origin: string): KnownShapes {
  const written = media === undefined ? TEXT_FORMATS[answers] : [MEDIA_FORMATS[media]];
  const usual = media === 'audio' && answers === 'text' ? ['recordings'] : written;
  return { shapes: [...shapes, ...usual.map((format) => ({ format }))], origin, isStrict: usual.length > 0 };
}

/** Columns whose names preceded their values in the training texts, but are missing from a text. */
export function missingColumns(text: string, { shapes }: Pick<PredictorDescription, 'shapes'>): string[] {
  const [source] = shapes.flatMap(({ columns }) => columns?.text ?? []);
  if (source === undefined || typeof source === 'string' || !('names' in source) || source.names !== true) return [];
  return source.columns.filter((name) => !`\n${text}`.includes(`\n${name}:`));
}

/** A text as a row: the text to classify, tag or answer, or the path of a file. @throws AttuneError E_WRONG_ROWS */
export function rowOfText(text: string, { answers, media, isChat }: PredictorDescription): Record<string, unknown> {
  if (media !== undefined) {
    if (isNoFile(text)) throw readsFiles(text, media);
    return { [media]: text };
  }
  if (answers === 'stretch') {
    throw new AttuneError('E_WRONG_ROWS', {
      what: 'A question-answering model needs a question and a text',
      got: 'only a text',
      fix: 'give rows with question and context',
    });
  }
  if (answers === 'steps') {
    throw new AttuneError('E_WRONG_ROWS', {
      what: 'A process reward model needs a list of steps',
      got: 'only a text',
      fix: 'give rows with prompt and completions: {"prompt": "…", "completions": ["…", "…"]}',
    });
  }
  if (answers === 'decisions') {
    throw new AttuneError('E_WRONG_ROWS', {
      what: 'A model for typed questions needs a state and questions',
      got: 'only a text',
      fix: 'give rows with state and questions, or one state: attune decide MODEL --state "…" --questions FILE',
    });
  }
  if (answers !== 'text') return { text };
  return isChat ? { messages: [{ role: 'user', content: text }] } : { prompt: text };
}

/** Whether a text neither is an existing file nor looks like a path. */
function isNoFile(text: string): boolean {
  return extname(text) === '' && !/^(data|file|https?):/.test(text) && !existsSync(text);
}

function readsFiles(text: string, media: NonNullable<PredictorDescription['media']>): AttuneError {
  const files = media === 'image' ? 'images' : 'recordings';
  return new AttuneError('E_WRONG_ROWS', {
    what: `The model reads ${files}, not texts`,
    got: `"${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}", which is not a file`,
    fix: `give the path of a file, or a folder or a CSV of ${files}: --input FOLDER`,
  });
}

const MOST_SHOWN = 60;

/** The format of rows returned by `rowOfText`. */
export function textFormat({ answers, media, isChat }: PredictorDescription): FormatName {
  if (media !== undefined) return answers === 'text' ? 'recordings' : MEDIA_FORMATS[media];
  if (answers === 'tags') return 'spans';
  if (answers === 'text') return isChat ? 'messages' : 'prompt_completion';
  return TEXT_FORMATS[answers][0];
}
