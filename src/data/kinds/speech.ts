import { mediaText } from '../formats/media-rows.ts';
import type { MediaFile } from '../media.ts';
import { defineKind, type Provenance } from './kind.ts';

/** A recording and its transcript. */
export interface SpeechExample extends Provenance {
  kind: 'speech';
  media: MediaFile;
  text: string;
}

export const speech = defineKind<SpeechExample, 'speech', 'speech'>({
  name: 'speech',
  formats: { speech: mediaText('audio', 'speech') },
  text: (example) => example.media.hash,
  files: ({ media }) => [media],
  row: (example) => ({ [example.media.kind]: example.media.path, text: example.text }),
  cut: 'prompt',
  prompt: () => '',
  answer: (example) => example.text,
  request: (example) => ({ audio: example.media.path }),
  forms: {
    speech: {
      // CTC models on letters output neither case nor punctuation.
      metrics: ['spoken_word_error_rate', 'spoken_character_error_rate'],
      inWords: 'recordings',
      // The letters of a transcript align with the frames in many ways.
      hasLikelihood: false,
    },
  },
  objective: {
    name: 'ctc',
    remark: 'predicts the characters of the speech in order',
    ofClasses: {
      ForConditionalGeneration: {
        name: 'speech_seq2seq',
        remark: 'reads the whole recording, writes its text token by token',
      },
    },
  },
  needs: () => ({ reads: 'audio', tasks: ['ctc', 'seq2seq'] }),
  layout: 'file',
});
