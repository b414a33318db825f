/** Files and fields that hold a record of somebody's body: "iris_left.bin", "voice_kim.wav", "face_template": "ft_01". */
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

const PARTS =
  /finger|thumb|daumen|iris|retina|face|gesicht|visage|rostro|rosto|volto|twarz|ansikt|voice|stimm|voix|voz|voce|stem|glos|r[oö]st|palm|minutia|vein|gait|dna|biometr|empreinte|huella|impronta|odcisk|otisk|print/iu;
/** Of any file, and of those that hold nothing else. */
const ENDING = new Expression(
  /\.(?:wav|mp3|m4a|ogg|opus|flac|bin|dat|iso|tpl|template|npy|raw|xml|enc|(?<own>wsq|fpt|fmr|fir|an2|nist|eft))(?![\p{L}\p{N}])/giu,
);
const NAME = /[\p{L}\p{N}_-]{1,80}$/u;
const MOST = 80;
const FIELD = new Expression(
  /(?<![A-Za-z])(?:face|voice|iris|retina|finger(?:print)?|palm|thumb(?:print)?|biometric|minutiae)[_-]?(?:template|print|scan|model|hash|vector|embedding|id|data|ref|file)?["']?\s?[:=]\s?["'](?<value>[^"'\s]{4,200})(?=["'])/gi,
);

export const recogniser: Recogniser = {
  name: 'biometric-file',
  kind: 'biometric',
  *find(text) {
    for (const { 0: ending, index, groups } of text.includes('.') ? ENDING.matches(text) : []) {
      const name = NAME.exec(text.slice(Math.max(0, index - MOST), index))?.[0];
      if (name === undefined || (groups!.own === undefined && !PARTS.test(name))) continue;
      yield { start: index - name.length, end: index + ending.length, score: 0.75 };
    }
    for (const { 0: whole, index, groups } of FIELD.matches(text)) {
      const end = index + whole.length;
      yield { start: end - groups!.value.length, end, score: 0.75 };
    }
  },
};
