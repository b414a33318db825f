// `node makers/pronoun-parts.ts FILE [LINES]` measures how often "her" is correctly resolved to "his" or "him", on a
// text with a known answer: each "him" and "his" of the file is replaced by "her" and resolved again. LINES: each line
// is a text of its own.
import { readFileSync } from 'node:fs';
import { wilsonInterval } from '../src/scoring/statistics/index.ts';
import { otherPronoun } from '../src/data/fairness/pronouns.ts';
import { wordsOf, type Word } from '../src/data/fairness/words.ts';

const [path, lines] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: node makers/pronoun-parts.ts FILE [LINES]');

const counts = { him: { right: 0, wrong: 0, unsure: 0 }, his: { right: 0, wrong: 0, unsure: 0 } };
const texts = readFileSync(path, 'utf8').split(lines === undefined ? /\n\s*\n/ : '\n');
for (const text of texts) {
  const words = wordsOf(text);
  for (const [at, { lower }] of words.entries()) {
    if (lower !== 'him' && lower !== 'his') continue;
    // "It is his" corresponds to "it is hers", without a "her".
    if (lower === 'his' && otherPronoun(words, at) === 'hers') continue;
    const told = otherPronoun(withHer(words, at), at);
    counts[lower][told === undefined ? 'unsure' : told === lower ? 'right' : 'wrong']++;
  }
}

function withHer(words: readonly Word[], at: number): Word[] {
  return words.map((word, place) => (place === at ? { ...word, text: 'her', lower: 'her' } : word));
}

for (const [pronoun, { right, wrong, unsure }] of Object.entries(counts)) {
  const { low, high } = wilsonInterval(right, right + wrong);
  const [share, ...ends] = [right / (right + wrong), low, high].map((one) => one.toFixed(4));
  console.log(
    `${pronoun}  ${right} right, ${wrong} wrong, ${unsure} left out; ${share} of those told (${ends.join(' to ')})`,
  );
}
