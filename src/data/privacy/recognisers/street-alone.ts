/** Streets without a number where somebody lives or something is sent: "moved to Wellington Crescent". */
import { tailOf } from '../address-tail.ts';
import type { Recogniser } from '../recogniser.ts';
import { STREET_ALONE } from '../street-forms.ts';
import { WordPattern } from '../words/word-pattern.ts';

const CUE = new WordPattern(
  String.raw`(?<!\p{L})(?:(?:liv(?:e[sd]?|ing)|resid(?:e[sd]?|ing)|staying|stays|grew up|rent(?:s|ed|ing)?|mov(?:ed|es|ing)|evicted|house|flat|home|cottage|apartment|bungalow)(?: (?:a |the )?(?:flat|house|room))? (?:at|in|on|to|from|off)|wohn(?:haft|t|e|en)?(?: jetzt)?(?: in| im| bei| am| an)|zog(?: \p{L}+)?(?: in| an)|(?:haus|wohnung) (?:in|an|am)|habit(?:e|ait|ant|ent|ons)?(?: au| à| dans)?|domiciliée?(?: à| au)?|demeurant(?: au| à)?|viv(?:e|o|ía|en|imos)(?: en)?|domicilio(?: en)?|piso (?:en|de|sito en)|casa (?:en|na|in)|abit[aoi](?: in| a)?|sta in|residente(?: en| in| na| em| a)?|mor[ao](?: na| no| em)?|vive n[ao]|apartamento n[ao]|woon(?:t|de|achtig|en)?(?: op| aan| in)|huis (?:aan|in)|verhuisd naar|mieszka(?:m|ł|ła|ją)?(?: przy| na| w)?|zamieszkał[ay](?: przy| w| na)?|zameldowan[ya](?: przy| w| na)?|(?:bor|bodde|bo|flyttade)(?: på| i| vid| till)|lägenhet(?:en)? på)(?: (?:now|currently|jetzt|derzeit|désormais|maintenant|actuellement|ahora|actualmente|ora|adesso|agora|atualmente|nu|momenteel|teraz|obecnie)(?: (?:at|in|on|auf|am|an|au|à|en|na|no|op|aan|przy|på))?)?\s(?:(?:the|der|die|das|den|dem|la|el|de|het|l['’]|ulicy|a|o|na|no)\s)?`,
  'iu',
);

export const recogniser: Recogniser = {
  name: 'street-alone',
  kind: 'address',
  *find(text) {
    for (const { 0: cue, index } of CUE.matches(text)) {
      const start = index + cue.length;
      for (const form of STREET_ALONE) {
        form.lastIndex = start;
        const street = form.exec(text)?.[0];
        if (street === undefined) continue;
        yield { start, end: tailOf(text, start + street.length).end, score: 0.7 };
        break;
      }
    }
  },
};
