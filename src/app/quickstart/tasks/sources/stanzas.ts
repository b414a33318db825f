import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One paragraph of a Debian index: its fields, with continuation lines without their leading space. */
export type Stanza = Map<string, string>;

/** Reads the paragraphs of a Debian index (`Packages`, `Translation-xx`) one by one. */
export async function* readStanzas(path: string): AsyncGenerator<Stanza> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  let stanza: Stanza = new Map();
  let field = '';
  for await (const line of lines) {
    if (line === '') {
      if (stanza.size > 0) yield stanza;
      stanza = new Map();
    } else if (/^[ \t]/.test(line)) {
      stanza.set(field, `${stanza.get(field) ?? ''}\n${line.slice(1)}`);
    } else {
      const colon = line.indexOf(':');
      field = line.slice(0, colon);
      stanza.set(field, line.slice(colon + 1).trim());
    }
  }
  if (stanza.size > 0) yield stanza;
}
