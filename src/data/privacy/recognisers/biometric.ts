/** Mentions of biometric records: a text cannot hold a fingerprint, but can lead to one. */
import { patternRecogniser } from '../recogniser.ts';

export const recogniser = patternRecogniser({
  name: 'biometric',
  kind: 'biometric',
  pattern:
    /(?<![\p{L}\p{N}])(?:finger[ -]?prints?|thumb[ -]?prints?|palm[ -]?prints?|voice[ -]?prints?|face[ -]?prints?|(?:retinal?|iris|fingerprint|facial|face|palm|vein) (?:scans?|recognition|templates?|images?|patterns?|geometry)|biometric (?:data|templates?|records?|identifiers?|scans?|samples?|signatures?)|dna (?:profiles?|samples?|sequences?)|fingerabdr[uü]cke?n?|iris-?scans?|stimmabdruck|gesichtserkennung|empreintes? digitales?|huellas? (?:dactilares?|digitales?)|impront[ae] digital[ei]|vingerafdruk(?:ken)?|odcisk(?:i|ów)? palców?|fingeravtryck|impress(?:ão|ões) digita(?:l|is))(?:\s(?:id|no\.?|number|hash|ref(?:erence)?)\s?[:#]?\s?[A-Z0-9-]{3,40})?(?![\p{L}\p{N}])/giu,
  score: 0.75,
});
