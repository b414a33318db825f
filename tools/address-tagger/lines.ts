/** Sentences with slots: around addresses, and without one. */
import { readdirSync, readFileSync } from 'node:fs';
import { blocksOf } from './grammar.ts';

/** A sentence with slots. */
export interface Line {
  language: string;
  line: string;
  isNative?: boolean;
}

export function readText(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

function linesOf(name: string): Line[] {
  return blocksOf(readText(name)).flatMap(({ title, lines }) =>
    lines.map((line) => ({
      language: title.split(':')[0],
      isNative: title.endsWith(': native'),
      line: line.replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\t`, '\t'),
    })),
  );
}

/** Those of carriers.txt and decoys.txt, of the development set and of the name tagger. */
export function allLines(): { carriers: Line[]; decoys: Line[] } {
  const developed = developmentLines();
  return {
    carriers: [...linesOf('carriers.txt'), ...developed.filter(({ line }) => line.includes('{A}'))],
    decoys: [...linesOf('decoys.txt'), ...namesCarriers(), ...developed.filter(({ line }) => !line.includes('{A}'))],
  };
}

/** The development set's sentences, with our addresses in place of theirs. */
function developmentLines(): Line[] {
  const folders = ['sentences', 'written'].map((name) => new URL(`../pii-development/${name}/`, import.meta.url));
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .toSorted()
      .flatMap((file) =>
        readFileSync(new URL(file, folder), 'utf8')
          .trim()
          .split('\n')
          .filter((line) => !/\{(?:city|location)/.test(line))
          .map((line) => ({
            language: file.slice(0, 2),
            line: line
              .replaceAll(String.raw`\n`, '\n')
              .replaceAll(String.raw`\t`, '\t')
              .replaceAll(SLOT, slotOf),
          })),
      ),
  );
}

const SLOT = /\{(?<kind>\w+)(?:(?<sign>[:=])(?<value>[^}]*))?\}/g;

function slotOf(_: string, kind: string, sign: string | undefined, value: string | undefined): string {
  if (kind === 'address') return '{A}';
  if (sign === ':') return `{v:${value}}`;
  if (sign === '=') return value!.replaceAll(/[#@[\]{}|]/g, ' ');
  return { name: '{N}', date: '{D}', given: '{g}', family: '{n}' }[kind] ?? '{id}';
}

/** The name tagger's sentences, which have people and firms but no addresses. */
function namesCarriers(): Line[] {
  const folder = new URL('../name-tagger/carriers/', import.meta.url);
  return readdirSync(folder)
    .toSorted()
    .flatMap((file) =>
      readFileSync(new URL(file, folder), 'utf8')
        .trim()
        .split('\n')
        .map((line) => ({
          language: file.slice(0, 2),
          line: line
            .replaceAll(String.raw`\n`, '\n')
            .replaceAll(String.raw`\t`, '\t')
            .replaceAll(/\{C\}/g, '{c}')
            .replaceAll(/\[0\]\}/g, '}'),
        })),
    );
}
