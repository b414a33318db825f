import { recordings } from '../formats/media-rows.ts';
import type { MediaFile } from '../media.ts';
import { defineKind, type Provenance } from './kind.ts';

/** A recording to transcribe. */
export interface RecordingExample extends Provenance {
  kind: 'recording';
  media: MediaFile;
}

export const recording = defineKind<RecordingExample, 'recordings'>({
  name: 'recording',
  formats: { recordings },
  text: (example) => example.media.hash,
  files: ({ media }) => [media],
  row: (example) => ({ audio: example.media.path }),
  cut: 'prompt',
  prompt: () => '',
  answer: () => undefined,
  request: (example) => ({ audio: example.media.path }),
});
