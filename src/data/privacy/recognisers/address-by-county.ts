/** Country addresses of Britain and Ireland, from their county back: "Pendle View, Barley, Lancashire", "Tooreen, Ballyhaunis, Co. Mayo". */
import { standingOf } from '../names/features.ts';
import type { Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';

const COUNTIES =
  'Bedfordshire|Berkshire|Buckinghamshire|Bucks|Cambridgeshire|Cambs|Cheshire|Cornwall|Cumbria|Derbyshire|Devon|Dorset|East Sussex|West Sussex|Essex|Gloucestershire|Glos|Hampshire|Hants|Herefordshire|Hertfordshire|Herts|Kent|Lancashire|Lancs|Leicestershire|Leics|Lincolnshire|Lincs|Merseyside|Norfolk|(?:North|South|West|East) Yorkshire|(?:N|W|S|E)\\. ?Yorks|Northamptonshire|Northants|Northumberland|Nottinghamshire|Notts|Oxfordshire|Oxon|Rutland|Shropshire|Somerset|Staffordshire|Staffs|Suffolk|Surrey|Warwickshire|Wiltshire|Wilts|Worcestershire|Gwynedd|Powys|Dyfed|Clwyd|Ceredigion|Carmarthenshire|Pembrokeshire|Anglesey|Ynys Môn|Conwy|Denbighshire|Flintshire|Monmouthshire|Aberdeenshire|Angus|Argyll|Ayrshire|Fife|Perthshire|Sutherland|Caithness|Moray|Orkney|Shetland|Isle of (?:Skye|Wight|Man|Mull|Lewis|Arran)|Dumfriesshire|Lanarkshire|Inverness-shire|Ross-shire';
const COUNTY = new WordPattern(
  String.raw`(?<=, )(?:(?:Co\.?|County|Contae) (?:na )?\p{Lu}\p{L}+|(?:${COUNTIES}))(?:,? [A-PR-Z][A-Z]?\d[A-Z\d]? ?\d?[A-Z\d]{0,4}(?![\p{L}\p{N}]))?(?![\p{L}\p{N}])`,
  'u',
);
const ONLY_COUNTY = new RegExp(`^(?:${COUNTIES}|England|Scotland|Wales|Ireland)$`, 'u');
/** A part between commas: words with capitals, at its text's end. */
const PART =
  /(?:^|[\s(])(?<part>(?:\d{1,4}[A-Za-z]?,? )?(?:The |An |Na )?\p{Lu}[\p{L}'’-]+(?: (?:(?:y|the|of|on|in|upon|le|na|an) )?\p{Lu}[\p{L}'’-]+){0,3}), $/u;
const [MOST_PARTS, REACH] = [4, 60];
const HOUSE =
  /(?:House|Cottage|Farm|Lodge|Barn|Mill|Hall|Grange|Manor|Bungalow|Villa|View|Rectory|Vicarage|Forge|Croft|Rise|End|Side|Lane|Road|Street|Hill|Green|Bank|Top)$|^(?:The|Ty|Plas|Bryn|Pen|Llys|An|Heol|Ffordd)(?!\p{L})/u;

export const recogniser: Recogniser = {
  name: 'address-by-county',
  kind: 'address',
  needs: { character: ',' },
  *find(text) {
    for (const { 0: county, index } of COUNTY.matches(text)) {
      let start = index;
      for (let count = 0; count < MOST_PARTS; count++) {
        const before = text.slice(Math.max(0, start - REACH), start);
        const part = PART.exec(before)?.groups!.part;
        if (part === undefined || isPerson(part) || ONLY_COUNTY.test(part)) break;
        start -= part.length + ', '.length;
        // What stands behind a small word, "of Knockroe", begins it.
        if (!/[,\n] $/.test(text.slice(Math.max(0, start - 2), start))) break;
      }
      if (start < index) yield { start, end: index + county.length, score: 0.7 };
    }
  },
};

/** "Wilfred Nutter", before the address. */
function isPerson(part: string): boolean {
  const words = part.split(' ');
  if (HOUSE.test(part)) return false;
  return words.length > 1 && standingOf(words[0]).given !== '0';
}
