import { join } from 'node:path';
import { fetchDebianFiles } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import { shuffled } from '../../src/base/random.ts';
import type { Setting } from '../example.ts';

const FILE = 'usr/share/doc/weka/examples/supermarket.arff';

/**
 * Shopping baskets from a supermarket in New Zealand, in Debian's package weka: which of 216 departments and product
 * groups each contains. The file lists goods in one fixed order; since a basket has no order, each gets a random one.
 */
export async function fetchBaskets(setting: Setting): Promise<string[][]> {
  const wanted = { packageName: 'weka', paths: [FILE] };
  const [file] = await fetchDebianFiles(join(setting.folder, 'apt'), wanted, setting);
  const text = file.toString('latin1');
  const lines = text.split(/\r?\n/);
  const names = lines.flatMap((line) => /^@attribute '([^']+)'/i.exec(line)?.slice(1) ?? []);
  const start = lines.findIndex((line) => /^@data/i.test(line));
  return lines
    .slice(start + 1)
    .filter((line) => line.includes(','))
    .map((line, basket) => {
      const goods = line.split(',').flatMap((value, place) => (value.trim() === 't' ? [names[place]] : []));
      return shuffled(goods, [1, 'basket-order', basket]);
    })
    .filter(({ length }) => length > 0);
}
