import type { Block, Document, PackageFile } from '../document.ts';

const NOT_A_PERSON = /^(?:narrator|unit|second_unit|\$)/;
const SHORTEST_LINE = 25;

/**
 * The story of a Battle for Wesnoth campaign: the translatable strings (`_ "…"`) of its scenario files in order; spoken
 * ones as `speaker: words`.
 */
export function* extractWml(files: readonly PackageFile[]): Generator<Document> {
  for (const file of files) {
    const blocks = storyBlocks(file.read().toString('utf8'));
    if (blocks.length > 0) yield { id: file.path, blocks };
  }
}

function storyBlocks(source: string): Block[] {
  const blocks: Block[] = [];
  let speaker = '';
  const parts =
    /^[ \t]*#.*$|^[ \t]*\[\/?\w+\]|\bspeaker[ \t]*=[ \t]*"?([^"\n]+)|\b(\w+)[ \t]*=[ \t]*_[ \t]*"((?:[^"]|"")*)"/gm;
  for (const match of source.matchAll(parts)) {
    if (match[1] !== undefined) speaker = NOT_A_PERSON.test(match[1]) ? '' : match[1].trim();
    else if (match[3] !== undefined) blocks.push(...lineBlocks(match[2], speaker, match[3]));
    else if (/\[\/?message\]/.test(match[0])) speaker = '';
  }
  return blocks;
}

/** A title becomes a heading; labels and names are omitted. */
function lineBlocks(key: string, speaker: string, string: string): Block[] {
  // `^` ends a note to translators; `<…>` is markup for the game's text display.
  const text = string
    .replaceAll('""', '"')
    .replace(/^[^^"]*\^/, '')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (key === 'name' && text.split(' ').length > 1) return [{ kind: 'heading', text }];
  if (!/^(?:story|message|description|note|hint|text|summary)$/.test(key) || text.length < SHORTEST_LINE) return [];
  return [{ kind: 'text', text: speaker === '' ? text : `${speaker.replaceAll('_', ' ')}: ${text}` }];
}
