/** Mentions of pictures of a face: files by their names, and words for full-face photographs. */
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'photo',
  kind: 'photo',
  pattern:
    /(?<![\p{L}\p{N}])(?:(?:full[ -]face|face|facial|profile|passport|patient|id|portrait|head)[ -]?(?:photo(?:graph)?s?|pictures?|images?|shots?)|mug ?shots?|selfies?|pass(?:foto|bild)(?:o?s|er)?|photos? d['’]identité|fotos? de (?:carn[eé]|perfil|rosto|perfil)|foto(?:grafia)? (?:tessera|del volto)|pasfoto['’]?s?|zdjęcie twarzy|porträtt?(?:foto|bild)|lichtbild(?:er)?|[\p{L}\p{N}_-]{1,80}\.(?:jpe?g|heic|png|tiff?))(?![\p{L}\p{N}])/giu,
  score: 0.7,
});
