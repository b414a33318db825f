import { AttuneError } from '../../../../src/base/errors.ts';
import type { Block, Document, PackageFile } from '../document.ts';

const LONG_ENOUGH_FOR_A_PARAGRAPH = 160;

/** A nested record of the World Factbook: sections and fields, each with its `text`. */
type Field = { text?: string | null } & { [name: string]: Field | string | null | undefined };

/**
 * Country profiles in JSON: a heading for each section, `field: text` for each field, the longer ones as paragraphs.
 */
export function* extractFactbook(files: readonly PackageFile[]): Generator<Document> {
  for (const file of files) {
    const profile = parseProfile(file);
    const government = profile['Government'] as Field | undefined;
    const names = government?.['Country name'] as Field | undefined;
    const short = (names?.['conventional short form'] as Field | undefined)?.text ?? '';
    const blocks: Block[] = [];
    for (const [section, fields] of Object.entries(profile)) {
      blocks.push({ kind: 'heading', text: short === '' ? section : `${short}: ${section}` });
      blocks.push(...fieldBlocks(fields as Field, ''));
    }
    yield { id: file.path, blocks };
  }
}

function parseProfile(file: PackageFile): Record<string, unknown> {
  try {
    return JSON.parse(file.read().toString('utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new AttuneError('E_BAD_JSON', { what: `${file.path} is not valid JSON`, got: String(cause), cause });
  }
}

function* fieldBlocks(field: Field, label: string): Generator<Block> {
  if (typeof field.text === 'string') {
    const text = field.text.replaceAll('++', ';').trim();
    const kind = text.length >= LONG_ENOUGH_FOR_A_PARAGRAPH ? 'text' : 'item';
    yield { kind, text: label === '' || label === 'Background' ? text : `${label}: ${text}` };
  }
  for (const [name, inner] of Object.entries(field)) {
    if (typeof inner === 'object' && inner !== null)
      yield* fieldBlocks(inner, label === '' ? name : `${label}, ${name}`);
  }
}
