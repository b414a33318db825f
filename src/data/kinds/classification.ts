import type { Format } from '../formats/format.ts';
import { readLabel, readTexts, textFields } from '../formats/labelled-text.ts';
import { mediaClassification } from '../formats/media-rows.ts';
import type { MediaFile } from '../media.ts';
import { defineKind } from './kind.ts';
import { bothTexts, type ReadText } from './read-text.ts';

export interface ClassificationExample extends ReadText {
  kind: 'classification';
  /** The input, if it is not text; `text` is empty then. */
  media?: MediaFile;
  label: string;
}

/** `{ text, text_pair?, label }`: one class per row, given as text, number or Boolean. */
const format: Format = {
  fields: [...textFields, 'label'],
  recognise: (sample) => (sample.has('text', 'label') ? ['text', 'label'] : undefined),
  read(row) {
    const [texts, label] = [readTexts(row), readLabel(row)];
    if (texts === undefined || label === undefined) return undefined;
    return { kind: 'classification', ...texts, label };
  },
  readInput(row) {
    const texts = readTexts(row);
    return texts && { kind: 'classification', ...texts, label: '' };
  },
};

export const classification = defineKind<
  ClassificationExample,
  'image_classification' | 'audio_classification' | 'classification'
>({
  name: 'classification',
  formats: {
    image_classification: mediaClassification('image'),
    audio_classification: mediaClassification('audio'),
    classification: format,
  },
  text: (example) => example.media?.hash ?? bothTexts(example),
  files: ({ media }) => (media === undefined ? [] : [media]),
  row({ text, textPair, media, label }) {
    return media === undefined ? { text, text_pair: textPair, label } : { [media.kind]: media.path, label };
  },
  cut: 'windows',
  label: { type: 'class', of: (example) => example.label },
  prompt: bothTexts,
  answer: (example) => example.label,
  answerName: 'label',
  isReadWhole: true,
  canChangePeople: true,
  objective: { name: 'classification', remark: 'a new head assigns one label to each row' },
  hasCheapRivals: true,
  needs: ({ media }) => ({ reads: media?.kind ?? 'text', tasks: ['sequence'] }),
  layout: 'whole',
});
