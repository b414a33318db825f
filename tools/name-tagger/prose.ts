/**
 * Documents in which next to nobody is named, for training: `node tools/name-tagger/prose.ts ROOT PROSE.jsonl`.
 * ROOT is where `dpkg-deb -x` has unpacked Debian's packages (assets/names/README.md lists them).
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Block } from '../pretrain-base/corpus/document.ts';
import { extractHtml } from '../pretrain-base/corpus/extract/html.ts';
import { extractMallard } from '../pretrain-base/corpus/extract/mallard.ts';
import { extractMan } from '../pretrain-base/corpus/extract/man.ts';

const [root, target] = process.argv.slice(2);
if (target === undefined) throw new Error('usage: prose.ts ROOT PROSE.jsonl');

/** Languages that few of the rows are in, where capitals at the beginnings of lines are not to be taken for names. */
const MORE = ['da', 'nb', 'fi', 'cs', 'sk', 'hu', 'ro', 'tr', 'ca', 'et', 'gl', 'id', 'sl', 'vi', 'ru', 'el', 'uk'];

/** Folders of each language, with what reads their files. */
const HELP = ['text/**/*.html', extractHtml] as const;
const SOURCES: Record<
  string,
  readonly (readonly [folder: string, pattern: string, read: (text: string) => Block[]])[]
> = {
  en: [
    ['libreoffice/help/en-US', ...HELP],
    ['man', 'man[1-8]/*.gz', extractMan],
    ['doc/debian-handbook/html/en-US', '*.html', extractHtml],
    ['doc/installation-guide-amd64/en', '*.html', extractHtml],
    ['help/C', '**/*.page', extractMallard],
  ],
  pt: [
    ['libreoffice/help/pt', ...HELP],
    ['libreoffice/help/pt-BR', ...HELP],
    ['man/pt_BR', '**/*.gz', extractMan],
    ['doc/debian-handbook/html/pt-BR', '*.html', extractHtml],
    ['doc/installation-guide-amd64/pt', '*.html', extractHtml],
    ['help/pt_BR', '**/*.page', extractMallard],
  ],
  ...Object.fromEntries(
    ['de', 'fr', 'es', 'it', 'nl', 'pl', 'sv', ...MORE].map((language) => [
      language,
      [
        [`libreoffice/help/${language}`, ...HELP],
        [`man/${language}`, '**/*.gz', extractMan],
        [`doc/debian-handbook/html/${language}-${language.toUpperCase()}`, '*.html', extractHtml],
        [`doc/installation-guide-amd64/${language}`, '*.html', extractHtml],
        [`help/${language}`, '**/*.page', extractMallard],
      ] as const,
    ]),
  ),
};
const LONGEST = 700;
/** Of one language, spread over its files by their hashes. */
const MOST = 6000;
const MOST_OF_MORE = 2000;

function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0);
}

/** A heading, paragraphs and items that follow each other, a few hundred characters together. */
function chunksOf(blocks: readonly Block[]): string[] {
  const chunks: string[] = [];
  let open = '';
  for (const { kind, text } of blocks) {
    if (kind === 'code') continue;
    if (open !== '' && open.length + text.length > LONGEST) {
      chunks.push(open);
      open = '';
    }
    open += `${open === '' ? '' : '\n'}${text}`;
  }
  return [...chunks, open].filter((chunk) => chunk.length >= 40 && chunk.length <= 4 * LONGEST);
}

function documentsOf(language: string): string[] {
  const found = new Set<string>();
  for (const [folder, pattern, read] of SOURCES[language]) {
    const path = join(root, 'usr/share', folder);
    if (!existsSync(path)) continue;
    for (const file of globSync(pattern, { cwd: path })) {
      // Half of GNOME's pages are kept for measuring what is found where nobody is named.
      if (folder.startsWith('help/') && hashOf(file) % 2 === 0) continue;
      const bytes = readFileSync(join(path, file));
      const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      for (const chunk of chunksOf(read(text))) found.add(chunk);
    }
  }
  return [...found].toSorted((a, b) => hashOf(a) - hashOf(b)).slice(0, MORE.includes(language) ? MOST_OF_MORE : MOST);
}

const lines = Object.keys(SOURCES).flatMap((language) => {
  const documents = documentsOf(language);
  console.log(`${language}: ${documents.length} documents`);
  return documents.map((text) => `${JSON.stringify({ text, language })}\n`);
});
writeFileSync(target, lines.join(''));
