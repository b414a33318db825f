import { posix } from 'node:path';
import { elementsNamed, parseXml } from '../../text/xml.ts';
import type { ZipParts } from '../archive/zip-file.ts';

/** References of a part of an Office file, by id: the target's name within the file, and its type. */
export async function relationsOf(
  parts: ZipParts,
  part: string,
): Promise<Map<string, { target: string; type: string }>> {
  const [folder, base] = [posix.dirname(part), posix.basename(part)];
  const root = await parseXml((await parts.text(`${folder}/_rels/${base}.rels`)) ?? '');
  if (root === undefined) return new Map();
  return new Map(
    [...elementsNamed(root, 'Relationship')].map((element) => {
      const target = element.getAttribute('Target') ?? '';
      const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
      return [element.getAttribute('Id') ?? '', { target: path, type: element.getAttribute('Type') ?? '' }];
    }),
  );
}
