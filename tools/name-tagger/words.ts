/**
 * Writes assets/names/words.bin: `node tools/name-tagger/words.ts WORDS_FOLDER`, /usr/share/dict of Debian's packages, with
 * their spelling dictionaries in the folder `hunspell` beside it.
 */
import { globSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gazetteer } from '../../src/data/privacy/gazetteer.ts';
import { BITS, keyOf } from '../../src/data/privacy/names/everyday.ts';
import { keep } from '../../src/data/privacy/names/word-filter.ts';

const [wordsFolder] = process.argv.slice(2);
if (wordsFolder === undefined) throw new Error('usage: words.ts WORDS_FOLDER');

/** Spelling dictionaries say beside them how they are written: "SET ISO8859-2". */
function textOf(path: string): string {
  const rules = path.endsWith('.dic') ? readFileSync(path.replace(/\.dic$/, '.aff'), 'latin1') : '';
  const encoding = /^SET\s+(\S+)/m.exec(rules)?.[1] ?? 'UTF-8';
  return new TextDecoder(encoding.replace(/^ISO8859/, 'ISO-8859')).decode(readFileSync(path));
}

const { given, family } = gazetteer();
const filter = new Uint8Array(BITS / 8);
for (const file of globSync(['*', '../hunspell/*.dic'], { cwd: wordsFolder })) {
  const path = join(wordsFolder, file);
  if (lstatSync(path).isSymbolicLink()) continue;
  for (const written of textOf(path).split('\n')) {
    const [word] = written.split(/['/\t]/);
    // German's nouns have capitals, as its names have, of which some stand there too.
    if (file === 'ngerman' ? given.get(word) === 'plain' || family.get(word) === 'plain' : word !== word.toLowerCase())
      continue;
    const lower = word.toLowerCase();
    if (/^\p{L}{3,}$/u.test(lower)) keep(filter, keyOf(lower));
  }
}
writeFileSync(new URL('../../assets/names/words.bin', import.meta.url), filter);
let ones = 0;
for (const byte of filter) for (let bits = byte; bits > 0; bits &= bits - 1) ones++;
console.log(`${((100 * ones) / BITS).toFixed(1)} % of the bits are set`);
