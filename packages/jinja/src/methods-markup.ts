import { notSupported } from './errors.ts';
import { textMethods } from './methods-text.ts';
import { bind } from './signature.ts';
import type { Value } from './values.ts';
import { Callable, Markup } from './values.ts';

/** Methods of str whose result is Markup again; supported without arguments, which would need escaping. */
const WRAPPED = ['upper', 'lower', 'strip', 'lstrip', 'rstrip', 'title', 'capitalize', 'swapcase'];

/** A method of Markup; methods that would escape their arguments are refused. */
export function markupMethod({ text }: Markup, name: string): Value | undefined {
  const method = textMethods.get(name);
  if (method === undefined) {
    if (['escape', 'striptags', 'unescape', 'format', 'format_map'].includes(name))
      throw notSupported(`Markup.${name}`);
    return undefined;
  }
  const isWrapped = WRAPPED.includes(name);
  const isAsked = name.startsWith('is') || name === 'startswith' || name === 'endswith';
  if (!isWrapped && !isAsked) throw notSupported(`Markup.${name}`);
  return new Callable((runtime, { positional, named }) => {
    if (isWrapped && positional.length + named.size > 0) throw notSupported(`Markup.${name} with arguments`);
    const result = method.run(text, bind(name, method.parameters, { positional, named }), runtime);
    return typeof result === 'string' ? new Markup(result) : result;
  });
}
