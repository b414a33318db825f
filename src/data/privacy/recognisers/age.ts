/** Ages over 89, which Safe Harbor counts as identifying. */
import { isOfThing } from '../age-of-things.ts';
import { agesIn } from '../ages.ts';
import { highestIn } from '../names/tagger.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

/** "Segismundo (93)", "Frau Sommer 91, Zimmer 4", "Lee, 95, lives alone": behind what is a name by what stands around it. */
const BEHIND_NAME = new Expression(
  /(?<word>\p{Lu}[\p{L}'’-]{1,24}),?(?<bracket> \()?[ ]?(?<age>9\d|1[01]\d|12[0-5])(?=(?<close>\))|[,;]\s|\s?[|]|\.?$|\.\s|, \p{Ll})/gu,
  { isNearDigits: true },
);
/** "(92, Vers.-Nr. 12)". */
const GOES_ON = /^[,;] [\p{L}*]/u;
const SURE = 0.45;
const REACH = 36;
const TITLED =
  /(?<!\p{L})(?:Mr|Mrs|Ms|Miss|Mdm|Herrn?|Frau|Hr|Fr|Bew|Mme|Mlle|M|Sra?|Don|Doña|don|doña|Sig(?:\.?ra)?|Dhr|Mw|Mevr|dhr|mw|mevr|Pani?|pani?|p|Seu|Dona|dona|fru|herr|Fru|Herr|tant|Tante|Onkel|Oma|Opa|nonn[oa]|abuel[oa]|babcia|dziadek|mormor|farmor|morfar|farfar|vó|vô|vovó|vovô)\.? $/u;
const BEFORE = 14;
/** "a lease of 99 years", "90 Jahre Erfahrung": time that passes, of nobody's life. */
const TIME_BEFORE =
  /(?<!\p{L})(?:seit|depuis|desde hace|hace|da oltre|da più di|sinds|od|sedan|siden|lease(?: of)?|temp(?:erature)?|fever|score|bail de|term of|(?:for|in|over|within) the (?:last|past|next)|vor|il y a|próxim[oa]s|nächsten|letzten|garanti[ae] (?:de|di|von)|warranty(?: of)?)(?: (?!(?:mon|tues?|wednes|thurs|fri|satur|sun)day|\p{L}{3,7}tag|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|lunes|martes|jueves|viernes|domingo|gestern|heute|hier|ayer|poco|ieri)\p{L}{2,8})?\s$/iu;
/** What no time but a life has behind it: "temperature 95 year old male", "seit Montag 94 Jahre alt". */
const OLD_BEHIND =
  /^[\s-]{0,2}(?:(?:years?|yrs?)\.?[\s-](?:olds?|of age|young)|yo(?!\p{L})|y\.?\/?o(?!\p{L})|jährig|jahren? (?:alt|geboren)|jaar oud|(?:års?|år) gam|årig|letni|(?:ans|años),? (?:(?:il|elle) )?(?:est née?|naquit|nació))/iu;
const TIME_BEHIND =
  /^[\s-]{0,2}\p{L}{1,8}[\s-](?:of (?:experience|service|history|tradition|data|records)|lease|leasehold|warranty|guarantee|anniversary|ago|erfahrung|garantie|tradition|firmengeschichte|laufzeit|gewährleistung|d['’](?:expérience|existence|histoire)|de (?:bail|garantie|experiencia|experiência|historia|garantía|garantia|tradición|servicio)|di (?:esperienza|storia|garanzia|attività)|fa(?!\p{L})|geleden|ervaring|garantie|bestaan|temu|doświadczenia|gwarancji|tradycji|sedan|erfarenhet|garanti|siden|erfaring|atrás|zkušeností|tradice|záruky|önce|deneyim)/iu;

export const recogniser: Recogniser = {
  name: 'age',
  kind: 'age',
  needs: { digits: 2 },
  *find(text) {
    for (const { start, end } of agesIn(text)) {
      const behind = text.slice(end, end + REACH);
      const isAfterTime = !OLD_BEHIND.test(behind) && TIME_BEFORE.test(text.slice(Math.max(0, start - REACH), start));
      if (isAfterTime || TIME_BEHIND.test(behind) || isOfThing(text, start, end)) continue;
      yield { start, end, score: 0.85 };
    }
    for (const { 0: whole, index, groups } of BEHIND_NAME.matches(text)) {
      const { word, age, bracket, close } = groups!;
      const isOpen = bracket !== undefined && close === undefined;
      if ((bracket === undefined && close !== undefined) || (isOpen && !GOES_ON.test(text.slice(index + whole.length))))
        continue;
      const isTitled = TITLED.test(text.slice(Math.max(0, index - BEFORE), index));
      const isApart = bracket !== undefined || whole[word.length] === ',';
      if (!isTitled && !isApart) continue;
      if (!isTitled && highestIn(text, index, index + word.length) < SURE) continue;
      const start = index + whole.length - age.length;
      yield { start, end: start + age.length, score: 0.7 };
    }
  },
};
