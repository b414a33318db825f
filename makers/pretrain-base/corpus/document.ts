/** A piece of a document's running text. Every extractor returns these; all later steps read only these. */
export interface Block {
  kind: 'heading' | 'text' | 'item' | 'code';
  text: string;
}

export interface Document {
  /** Stable name, `source/path#part`, from which the held-out part and the order are derived. */
  id: string;
  blocks: Block[];
}

/** A file of an unpacked package. `read` returns its bytes, decompressed where the name ends in `.gz` or `.dz`. */
export interface PackageFile {
  path: string;
  read(): Buffer;
}

/** Turns the selected files of a package into documents, in the order of the files. */
export type Extractor = (files: readonly PackageFile[]) => Iterable<Document>;

/** An extractor for formats with one document per file. */
export function filePerDocument(extract: (text: string) => Block[]): Extractor {
  return function* (files) {
    for (const file of files) yield { id: file.path, blocks: extract(file.read().toString('utf8')) };
  };
}

/** The text for training: Markdown's headings, items and indented code, but none of its other markup. */
export function renderBlocks(blocks: readonly Block[]): string {
  let text = '';
  let previous: Block['kind'] | undefined;
  for (const block of blocks) {
    const tight = block.kind === 'item' && previous === 'item';
    text += `${previous === undefined ? '' : tight ? '\n' : '\n\n'}${renderBlock(block)}`;
    previous = block.kind;
  }
  return text;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `# ${block.text}`;
    case 'item':
      return `- ${block.text}`;
    case 'code':
      return block.text.replaceAll(/^(?=.)/gm, '    ');
    case 'text':
      return block.text;
  }
}

const HEADINGS_ARE_CUT_AT = 4_000;

/**
 * Cuts a long document into parts of about `targetBytes`, at a heading where one is near, so that a novel or manual is
 * not one row and the held-out part can be selected evenly.
 */
export function* splitDocument(document: Document, targetBytes = 10_000): Generator<Document> {
  let blocks: Block[] = [];
  let size = 0;
  let part = 0;
  for (const block of document.blocks) {
    const full = size >= targetBytes || (block.kind === 'heading' && size >= HEADINGS_ARE_CUT_AT);
    if (full && blocks.at(-1)?.kind !== 'heading') {
      yield { id: `${document.id}#${part++}`, blocks };
      [blocks, size] = [[], 0];
    }
    blocks.push(block);
    size += block.text.length;
  }
  if (blocks.length > 0) yield { id: `${document.id}#${part}`, blocks };
}
