/** Files and fields that hold a record of somebody's body: "iris_left.bin", "voice_kim.wav", "face_template": "ft_01". */
import { latin } from '../latin.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

const PARTS =
  'finger|thumb|daumen|iris|retina|face|gesicht|visage|rostro|rosto|volto|twarz|ansikt|voice|stimm|voix|voz|voce|stem|glos|r[oö]st|palm|minutia|vein|gait|dna|biometr|empreinte|huella|impronta|odcisk|otisk|print';
const FILE = new Expression(
  new RegExp(
    latin(
      String.raw`(?<![\p{L}\p{N}_-])(?:[\p{L}\p{N}_-]{0,40}(?:${PARTS})[\p{L}\p{N}_-]{0,40}\.(?:wav|mp3|m4a|ogg|opus|flac|bin|dat|iso|tpl|template|npy|raw|xml|enc)|[\p{L}\p{N}_-]{1,60}\.(?:wsq|fpt|fmr|fir|an2|nist|eft))(?![\p{L}\p{N}])`,
    ),
    'gi',
  ),
);
const FIELD = new Expression(
  /(?<=(?<![A-Za-z])(?:face|voice|iris|retina|finger(?:print)?|palm|thumb(?:print)?|biometric|minutiae)[_-]?(?:template|print|scan|model|hash|vector|embedding|id|data|ref|file)?["']?\s?[:=]\s?["'])[^"'\s]{4,200}(?=["'])/gi,
);

export const recogniser: Recogniser = {
  name: 'biometric-file',
  kind: 'biometric',
  *find(text) {
    const matches = [...(text.includes('.') ? FILE.matches(text) : []), ...FIELD.matches(text)];
    for (const { 0: value, index } of matches) yield { start: index, end: index + value.length, score: 0.75 };
  },
};
