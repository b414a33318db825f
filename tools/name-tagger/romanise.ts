/** Cyrillic and Greek names as they are usually written in Latin letters. */

const CYRILLIC: Record<string, string> = {
  а: 'a', б: 'b', в: 'v', г: 'g', ґ: 'g', д: 'd', е: 'e', ё: 'yo', є: 'ye', ж: 'zh', з: 'z', и: 'i', і: 'i', ї: 'i',
  й: 'y', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts',
  ч: 'ch', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya', ј: 'j', љ: 'lj', њ: 'nj', ђ: 'đ', ћ: 'ć', џ: 'dž',
}; // prettier-ignore
const GREEK: Record<string, string> = {
  α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm', ν: 'n', ξ: 'x',
  ο: 'o', π: 'p', ρ: 'r', σ: 's', ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o',
}; // prettier-ignore
const PAIRS: readonly [string, string][] = [
  ['ου', 'ou'],
  ['ού', 'ou'],
  ['αυ', 'av'],
  ['ευ', 'ev'],
  ['μπ', 'b'],
  ['ντ', 'nt'],
];

export function toLatin(name: string): string {
  let small = name.toLowerCase();
  if (!/\p{Script=Cyrillic}|\p{Script=Greek}/u.test(small)) return name;
  for (const [pair, letters] of PAIRS) small = small.replaceAll(pair, letters);
  small = small
    .normalize('NFD')
    .replaceAll(/(?<=\p{Script=Greek})\p{M}/gu, '')
    .normalize('NFC');
  const latin = Array.from(small, (letter) => CYRILLIC[letter] ?? GREEK[letter] ?? letter).join('');
  return latin.replaceAll(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase());
}
