import type { MediaKind } from '../media.ts';
import type { ExampleBody, Format } from './format.ts';
import { readLabel } from './labelled-text.ts';
import type { RowReader } from './row-reader.ts';

/**
 * Columns that name a row's file, by precedence; `file_name` is used in folders with a metadata file, `path` by Common
 * Voice.
 */
const FILE_COLUMNS: Record<MediaKind, readonly string[]> = {
  image: ['image', 'image_path', 'img', 'file_name'],
  audio: ['audio', 'audio_path', 'wav', 'file_name', 'path', 'file'],
};

/** Columns with a row's text, by precedence. */
const TEXT_COLUMNS: Record<MediaKind, readonly string[]> = {
  image: ['text', 'caption'],
  audio: ['text', 'sentence', 'transcription', 'transcript'],
};

/** Column names used for any kind of file: the file's extension decides. */
const ANY_FILE: readonly string[] = ['file_name', 'path', 'file'];
const AUDIO_NAME = /\.(wav|flac|mp3|ogg|oga|opus|m4a)$/i;

interface Columns {
  recognise: Format['recognise'];
  /** The row's file column. */
  file(row: RowReader): string;
}

function columnsFor(kind: MediaKind, others: readonly string[]): Columns {
  const names = FILE_COLUMNS[kind];
  return {
    recognise(sample) {
      const file = names.find((name) => sample.has(name));
      const other = others.find((name) => sample.has(name));
      if (file === undefined || other === undefined) return undefined;
      if (!ANY_FILE.includes(file)) return [file, other];
      const isAudio = sample.values(file).every((value) => typeof value === 'string' && AUDIO_NAME.test(value));
      return isAudio === (kind === 'audio') ? [file, other] : undefined;
    },
    file: (row) => names.find((name) => row.has(name)) ?? names[0],
  };
}

/** `{ image, label }` or `{ audio, label }`: one class per file. */
export function mediaClassification(kind: MediaKind): Format {
  const columns = columnsFor(kind, ['label']);
  return {
    fields: [...FILE_COLUMNS[kind], 'label'],
    recognise: columns.recognise,
    read(row): ExampleBody | undefined {
      const [media, label] = [row.media(columns.file(row), kind), readLabel(row)];
      return media === undefined || label === undefined
        ? undefined
        : { kind: 'classification', text: '', media, label };
    },
    readInput(row): ExampleBody | undefined {
      const media = row.media(columns.file(row), kind);
      return media && { kind: 'classification', text: '', media, label: '' };
    },
  };
}

/** `{ image, text }` or `{ audio, text }`: caption or transcript. */
export function mediaText(kind: MediaKind, example: 'image-text' | 'speech'): Format {
  const texts = TEXT_COLUMNS[kind];
  const columns = columnsFor(kind, texts);
  return {
    fields: [...FILE_COLUMNS[kind], ...texts],
    recognise: columns.recognise,
    read(row): ExampleBody | undefined {
      const column = texts.find((name) => row.has(name)) ?? texts[0];
      const [media, text] = [row.media(columns.file(row), kind), row.text(column)];
      return media === undefined || text === undefined ? undefined : { kind: example, media, text };
    },
    ...(example === 'speech' && { readInput: readRecording }),
  };
}

/** `{ audio }`: recordings to transcribe. */
export const recordings: Format = {
  fields: FILE_COLUMNS.audio,
  recognise(sample) {
    const named = FILE_COLUMNS.audio.filter((name) => sample.has(name));
    const isAudio = (name: string) =>
      sample.values(name).every((value) => typeof value === 'string' && AUDIO_NAME.test(value));
    const column = named.find((name) => !ANY_FILE.includes(name) || isAudio(name));
    return column === undefined ? undefined : [column];
  },
  read: readRecording,
};

function readRecording(row: RowReader): ExampleBody | undefined {
  const media = row.media(FILE_COLUMNS.audio.find((name) => row.has(name)) ?? 'audio', 'audio');
  return media && { kind: 'recording', media };
}
