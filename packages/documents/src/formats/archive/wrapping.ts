/** Compressed single files. */
import { createReadStream } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Reader } from '../../reader.ts';
import { unpackEntry } from './unpack.ts';
import { UnpackBudget } from './unpack-budget.ts';

interface Wrapping {
  endings: readonly string[];
  recognise(head: Buffer): boolean;
  /** Decompressor. */
  unpacker(): Duplex;
}

export function wrapping({ endings, recognise, unpacker }: Wrapping): Reader {
  return {
    endings,
    isBinary: true,
    isWrapping: true,
    recognise,
    async *unpack(input, context) {
      const content = unpacker();
      createReadStream(input.path)
        .on('error', (error) => content.destroy(error))
        .pipe(content);
      const budget = new UnpackBudget(input.bytes, context);
      yield await unpackEntry(innerName(input.name, endings), content, { context, budget });
    },
  };
}

/** "logs.tar.gz" and "logs.tgz" contain "logs.tar". */
function innerName(name: string, endings: readonly string[]): string {
  const base = name.split('/').at(-1)!;
  const ending = endings.find((one) => base.toLowerCase().endsWith(`.${one}`));
  if (ending === undefined) return base;
  const bare = base.slice(0, -ending.length - 1) || 'content';
  return ending.startsWith('t') ? `${bare}.tar` : bare;
}
