/** Addresses whose town comes first, behind words of living there: "wonende te Turnhout, Guldensporenlei 45", "domiciliat în Cluj, str. Horea 12, ap. 4". */
import type { Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';

/** In contracts and courts, and as people say it of themselves. */
const LIVING = [
  'resident|residing|resides|lives|living|domiciled|wohnhaft|wohnt|wohne|ansässig|gemeldet|domiciliée?s?|demeurant|demeure|résidant|habitant|habite',
  'residentes?|domiciliad[oa]s?|con domicilio|vecin[oa]|vive|vivo|reside|residenti|domiciliat[oa]|abitante|abita|abito|morador(?:a)?|mora|moro',
  'wonende|woonachtig|woont|woon|gedomicilieerd|boende|bosatt|bor|bosat|bopæl|boende|zamieszkał[yae]|zam\\.|zamieszkuje|mieszka|mieszkam|bytem|bydlí|bydlím|trvale bytem',
  'domiciliat[ăa]?|cu domiciliul|locuiește|locuiesc|lakik|lakó|lakos|lakcíme?:?|oturan|mukim|ikamet eden|asuva|asuu|κάτοικος|κατοικεί|прожива(?:ющ\\p{L}{2,3}|ет)|мешка(?:є|ю)',
].join('|');
const PREPOSITION = String.raw`(?:(?:in|at|zu|à|a|en|em|no|na|te|i|på|w|we|v|ve|în|la|el|στην|στο|στη|в|у) )?`;
/** "com. Gura Humorului", "Sfântu Gheorghe", "Valle de Bravo". */
const TOWN = String.raw`(?:(?:com|sat|or|mun|jud|gm|obec)\. ?)?\p{Lu}[\p{L}'’-]{1,20}(?: (?:(?:de|del|la|do|da|am|an der|aan|nad|i) )?\p{Lu}[\p{L}'’-]{1,20}){0,2}`;
const STREET = String.raw`(?:(?!(?:since|has|have|and|for|with|where|born|seit|hat|und|depuis|avec|et|desde|tiene|con|y|da|ha|e|sinds|heeft|en|od|ma|i|sedan|har|och|siden|og|má|ve|are|și|la)(?!\p{L}))[\p{L}'’-]{1,20}\.? ){1,5}(?:(?:nr|no|núm|num|n|č|č\. ?p|n[.º°])\.? ?)?\d{1,5}(?:[A-Za-z](?!\p{L}))?(?:[/-]\d{1,4}[A-Za-z]?)?`;
const REST = String.raw`(?:, ?(?:bl|sc|et|ap|apt|appt|app|piso|pta|bus|bte|int|scala|m|lok|kat|daire|stg|top|lgh)\.? ?[\dA-Z]{1,5}(?![\p{L}\p{N}])){0,4}`;
const ADDRESS = new WordPattern(
  String.raw`(?<!\p{L})(?:${LIVING}),? ${PREPOSITION}(?<value>${TOWN}, ${STREET}${REST})(?![\p{L}\p{N}]|[.,:]\d)`,
  'u',
);

export const recogniser: Recogniser = {
  name: 'address-by-residence',
  kind: 'address',
  needs: { character: ',' },
  *find(text) {
    for (const { 0: whole, index, groups } of ADDRESS.matches(text)) {
      const end = index + whole.length;
      yield { start: end - groups!.value.length, end, score: 0.8 };
    }
  },
};
