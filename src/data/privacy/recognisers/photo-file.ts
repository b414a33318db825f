/** Files of pictures by their names. */
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

const ENDING = new Expression(/\.(?:jpe?g|heic|heif|png|tiff?|webp|dng|cr2|nef|bmp)(?![\p{L}\p{N}])/giu);
const NAME = /[\p{L}\p{N}_-]{1,80}$/u;
const MOST = 80;

export const recogniser: Recogniser = {
  name: 'photo-file',
  kind: 'photo',
  needs: { character: '.' },
  *find(text) {
    for (const { 0: ending, index } of ENDING.matches(text)) {
      const name = NAME.exec(text.slice(Math.max(0, index - MOST), index))?.[0];
      if (name !== undefined) yield { start: index - name.length, end: index + ending.length, score: 0.7 };
    }
  },
};
