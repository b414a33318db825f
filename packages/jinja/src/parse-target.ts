import type { Target } from './nodes.ts';
import type { TokenStream } from './token-stream.ts';

/** Parses the target of `set`, `for` or `with`. `end` is a name that ends it. */
export function parseTarget(stream: TokenStream, options: { namespace?: boolean; end?: string } = {}): Target {
  const items: Target[] = [];
  let isTuple = false;
  while (!stream.atTupleEnd(options.end)) {
    items.push(parseOneTarget(stream, options.namespace === true));
    if (!stream.skipIf('operator', ',')) break;
    isTuple = true;
  }
  if (!isTuple && items.length === 1) return items[0];
  if (items.length === 0) throw stream.error('expected a name to assign to');
  return { type: 'tuple', items };
}

function parseOneTarget(stream: TokenStream, namespace: boolean): Target {
  if (stream.skipIf('operator', '(')) {
    const inside = stream.nested(() => parseTarget(stream));
    stream.expect('operator', ')');
    return inside;
  }
  const name = parseTargetName(stream);
  if (!namespace || !stream.skipIf('operator', '.')) return { type: 'name', name };
  return { type: 'namespace', name, attribute: stream.expect('name').text };
}

export function parseTargetName(stream: TokenStream): string {
  const { text } = stream.expect('name');
  if (/^(?:[tT]rue|[fF]alse|[nN]one)$/.test(text)) throw stream.error(`can't assign to '${text}'`);
  return text;
}
