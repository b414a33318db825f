/** Countries in the last line of an address: "Berlin, MD 21811 / USA", "Dublin 4 / Ireland". */
import { ROLES } from '../names/roles.ts';

const LINE =
  /[.,]?[ \t]*\n[ \t>]{0,16}(?<country>\p{Lu}[\p{L}.]*(?:[ -](?:of |and |the )?\p{Lu}[\p{L}.]*){0,3})(?=[ \t]*[.,;]?[ \t]*(?:\n|$)| {3})/uy;
/** As people write them, beside what Unicode's tables have. */
const OTHERS = [
  ...'usa us uk gb england scotland wales holland prc prchina uae ksa korea russia burma eire'.split(' '),
  ...'northern ireland,the netherlands,pr china,peoples republic of china,ivory coast,west africa'.split(','),
  ...'south korea,hong kong,czech republic,great britain,republic of ireland,republic of south africa'.split(','),
];

let names: Set<string> | undefined;

function plain(name: string): string {
  return name.toLowerCase().replaceAll('.', '').replaceAll('-', ' ');
}

/** Whether a stretch is what a country is called, in one of nine languages. */
export function isCountryName(name: string): boolean {
  names ??= allNames();
  return names.has(plain(name));
}

function allNames(): Set<string> {
  const found = new Set(OTHERS);
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  for (const language of Object.keys(ROLES)) {
    const regions = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
      const name = regions.of(code);
      if (name !== undefined) found.add(plain(name));
    }
  }
  return found;
}

/** Where an address ends whose country stands in the line below it. */
export function withCountryLine(text: string, end: number): number {
  LINE.lastIndex = end;
  const match = LINE.exec(text);
  return match !== null && isCountryName(match.groups!.country) ? end + match[0].length : end;
}
