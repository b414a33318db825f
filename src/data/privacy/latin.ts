/** Patterns over Latin letters alone: with the classes of all of Unicode, some of ours take half a second to compile. */
import { table } from '../../base/table.ts';
import { lean } from './lean.ts';

/** Beyond U+00FF capitals and small letters alternate: there both classes hold both, which keeps them few ranges. */
const BEYOND = 'Ā-ɏḀ-ỿ';
const CLASSES: Record<string, string> = table({
  L: `A-Za-zÀ-ÖØ-öø-ÿ${BEYOND}`,
  Lu: `A-ZÀ-ÖØ-Þ${BEYOND}`,
  Ll: `a-zß-öø-ÿ${BEYOND}`,
  M: '\\u0300-\\u036f',
  N: '0-9',
});

/** A {@link lean} pattern for use without the flag u: `\p{L}`, `\p{Lu}`, `\p{Ll}`, `\p{M}` and `\p{N}` stand for Latin ones. */
export function latin(source: string): string {
  let isInClass = false;
  return lean(
    source.replaceAll(/\\p\{(\w+)\}|\\.|[[\]]/gs, (part, name: string | undefined) => {
      if (part === '[') isInClass = true;
      else if (part === ']') isInClass = false;
      if (name === undefined) return part;
      return isInClass ? CLASSES[name] : `[${CLASSES[name]}]`;
    }),
  );
}
