/** Formats whose rows are files: their lengths are not counts of tokens of text. */
export const formatsOfFiles: ReadonlySet<string> = new Set([
  'image_classification',
  'audio_classification',
  'recordings',
]);
