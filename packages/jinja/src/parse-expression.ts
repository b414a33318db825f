import { MOST_DIGITS } from './numbers.ts';
import type { CallParts, Expression } from './nodes.ts';
import type { TokenStream } from './token-stream.ts';

const COMPARISONS = ['==', '!=', '<', '>', '<=', '>='];
/** Limit for the terms of one chain such as a + b + c: they nest to the left. */
const MOST_TERMS = 400;

/**
 * Parses an expression, or a tuple without parentheses. `end` is a name that ends it, in addition to the end of the
 * tag.
 */
export function parseTuple(
  stream: TokenStream,
  options: { condition?: boolean; end?: string; parenthesised?: boolean } = {},
): Expression {
  const { condition = true, end, parenthesised = false } = options;
  const parse = condition ? parseExpression : parseOr;
  const items: Expression[] = [];
  let isTuple = false;
  while (!stream.atTupleEnd(end)) {
    items.push(parse(stream));
    if (!stream.skipIf('operator', ',')) break;
    isTuple = true;
  }
  if (!isTuple && items.length === 1) return items[0];
  if (!isTuple && !parenthesised) throw stream.error('expected an expression');
  return { type: 'tuple', items };
}

export function parseExpression(stream: TokenStream): Expression {
  return stream.nested(() => {
    let result = parseOr(stream);
    for (let terms = 0; stream.skipIf('name', 'if'); terms++) {
      limitTerms(stream, terms);
      const test = parseOr(stream);
      const otherwise = stream.skipIf('name', 'else') ? parseExpression(stream) : undefined;
      result = { type: 'condition', test, whenTrue: result, otherwise };
    }
    return result;
  });
}

/** Parses a chain of operators of one precedence, from the left. */
function chain(
  next: (stream: TokenStream) => Expression,
  kind: 'name' | 'operator',
  ...operators: string[]
): (stream: TokenStream) => Expression {
  return (stream) => {
    let left = next(stream);
    for (let terms = 0; stream.is(kind, ...operators); terms++) {
      limitTerms(stream, terms);
      left = { type: 'binary', operator: stream.next().text, left, right: next(stream) };
    }
    return left;
  };
}

function limitTerms(stream: TokenStream, terms: number): void {
  if (terms > MOST_TERMS) throw stream.error(`more than ${MOST_TERMS} operators in a row`);
}

const parsePower = chain((stream) => parseUnary(stream), 'operator', '**');
const parseProduct = chain(parsePower, 'operator', '*', '/', '//', '%');
const parseSum = chain(parseConcat, 'operator', '+', '-');
const parseAnd = chain(parseNot, 'name', 'and');
const parseOr = chain(parseAnd, 'name', 'or');

function parseNot(stream: TokenStream): Expression {
  if (!stream.is('name', 'not')) return parseCompare(stream);
  stream.next();
  return stream.nested(() => ({ type: 'unary', operator: 'not', operand: parseNot(stream) }));
}

function parseCompare(stream: TokenStream): Expression {
  const first = parseSum(stream);
  const rest: { operator: string; operand: Expression }[] = [];
  for (;;) {
    let operator: string | undefined;
    if (stream.is('operator', ...COMPARISONS)) operator = stream.next().text;
    else if (stream.skipIf('name', 'in')) operator = 'in';
    else if (stream.is('name', 'not') && stream.nextIs('name', 'in')) {
      stream.next();
      stream.next();
      operator = 'not in';
    }
    if (operator === undefined) break;
    rest.push({ operator, operand: parseSum(stream) });
  }
  return rest.length === 0 ? first : { type: 'compare', first, rest };
}

function parseConcat(stream: TokenStream): Expression {
  const parts = [parseProduct(stream)];
  while (stream.skipIf('operator', '~')) parts.push(parseProduct(stream));
  return parts.length === 1 ? parts[0] : { type: 'concat', parts };
}

function parseUnary(stream: TokenStream, withFilter = true): Expression {
  const sign = stream.is('operator', '-', '+') ? stream.next().text : undefined;
  let node: Expression =
    sign === undefined
      ? parsePrimary(stream)
      : stream.nested(() => ({ type: 'unary', operator: sign, operand: parseUnary(stream, false) }));
  node = parsePostfix(stream, node);
  return withFilter ? parseFilterOrTest(stream, node) : node;
}

function parsePrimary(stream: TokenStream): Expression {
  const token = stream.next();
  if (token.type === 'name') return nameOrConstant(token.text);
  if (token.type === 'number') return { type: 'constant', value: numberOf(stream, token.text) };
  if (token.type === 'string') {
    const texts = [token.text];
    while (stream.is('string')) texts.push(stream.next().text);
    return { type: 'constant', value: texts.join('') };
  }
  if (token.text === '(' && token.type === 'operator') {
    const inside = stream.nested(() => parseTuple(stream, { parenthesised: true }));
    stream.expect('operator', ')');
    return inside;
  }
  if (token.text === '[' && token.type === 'operator') return { type: 'list', items: parseItems(stream) };
  if (token.text === '{' && token.type === 'operator') return parseDict(stream);
  throw stream.error(`unexpected ${token.text === '' ? token.type : `'${token.text}'`}`);
}

function nameOrConstant(name: string): Expression {
  if (/^[tT]rue$/.test(name)) return { type: 'constant', value: true };
  if (/^[fF]alse$/.test(name)) return { type: 'constant', value: false };
  return /^[nN]one$/.test(name) ? { type: 'constant', value: null } : { type: 'name', name };
}

function numberOf(stream: TokenStream, digits: string): number | bigint | { float: number } {
  if (!/^0[box]/i.test(digits) && /[.e]/i.test(digits)) return { float: Number(digits) };
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return value;
  if (digits.length > MOST_DIGITS) throw stream.error(`a number of more than ${MOST_DIGITS} digits`);
  return BigInt(digits);
}

function parseItems(stream: TokenStream): Expression[] {
  const items: Expression[] = [];
  while (!stream.is('operator', ']')) {
    items.push(parseExpression(stream));
    if (!stream.skipIf('operator', ',')) break;
  }
  stream.expect('operator', ']');
  return items;
}

function parseDict(stream: TokenStream): Expression {
  const pairs: [Expression, Expression][] = [];
  while (!stream.is('operator', '}')) {
    const key = parseExpression(stream);
    stream.expect('operator', ':');
    pairs.push([key, parseExpression(stream)]);
    if (!stream.skipIf('operator', ',')) break;
  }
  stream.expect('operator', '}');
  return { type: 'dict', pairs };
}

function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let node = start;
  for (let terms = 0; ; terms++) {
    limitTerms(stream, terms);
    if (stream.skipIf('operator', '.')) node = parseAttribute(stream, node);
    else if (stream.skipIf('operator', '[')) node = parseSubscript(stream, node);
    else if (stream.is('operator', '(')) node = { type: 'call', callee: node, call: parseCall(stream) };
    else return node;
  }
}

function parseFilterOrTest(stream: TokenStream, start: Expression): Expression {
  let node = start;
  for (let terms = 0; ; terms++) {
    limitTerms(stream, terms);
    if (stream.is('operator', '|')) node = parseFilters(stream, node)!;
    else if (stream.is('name', 'is')) node = parseTest(stream, node);
    else if (stream.is('operator', '(')) node = { type: 'call', callee: node, call: parseCall(stream) };
    else return node;
  }
}

function parseAttribute(stream: TokenStream, object: Expression): Expression {
  if (stream.is('name')) return { type: 'attribute', object, name: stream.next().text };
  const { text } = stream.expect('number');
  const value = numberOf(stream, text);
  if (typeof value === 'object') throw stream.error('expected name or number');
  return { type: 'item', object, key: { type: 'constant', value } };
}

function parseSubscript(stream: TokenStream, object: Expression): Expression {
  const parts: (Expression | undefined)[] = [undefined, undefined, undefined];
  let colons = 0;
  for (; colons < 3; colons++) {
    if (!stream.is('operator', ':', ']', ',')) parts[colons] = parseExpression(stream);
    if (!stream.skipIf('operator', ':')) break;
  }
  const [first] = parts;
  if (colons === 0 && first !== undefined && stream.is('operator', ',')) return parseTupleKey(stream, object, first);
  stream.expect('operator', ']');
  if (colons > 0) return { type: 'slice', object, parts };
  if (first === undefined) throw stream.error('expected a subscript');
  return { type: 'item', object, key: first };
}

/** In `object[a, b]` the key is a tuple. */
function parseTupleKey(stream: TokenStream, object: Expression, first: Expression): Expression {
  const items = [first];
  while (stream.skipIf('operator', ',') && !stream.is('operator', ']')) items.push(parseExpression(stream));
  stream.expect('operator', ']');
  return { type: 'item', object, key: { type: 'tuple', items } };
}

/** Parses a chain of filters, which has no input in a filter block. `inline`: the first filter has no bar in front. */
export function parseFilters(
  stream: TokenStream,
  input: Expression | undefined,
  inline = false,
): Expression | undefined {
  let node = input;
  let follows = inline || stream.skipIf('operator', '|');
  for (let terms = 0; follows; terms++) {
    limitTerms(stream, terms);
    const { line } = stream;
    const name = parseDottedName(stream);
    const call = stream.is('operator', '(') ? parseCall(stream) : noArguments();
    node = { type: 'filter', input: node, name, call, line };
    follows = stream.skipIf('operator', '|');
  }
  return node;
}

function parseTest(stream: TokenStream, input: Expression): Expression {
  const { line } = stream.next();
  const isNegated = stream.skipIf('name', 'not');
  const name = parseDottedName(stream);
  let call = noArguments();
  if (stream.is('operator', '(')) call = parseCall(stream);
  else if (startsArgument(stream)) {
    if (stream.is('name', 'is')) throw stream.error('You cannot chain multiple tests with is');
    call = { ...noArguments(), positional: [parsePostfix(stream, parsePrimary(stream))] };
  }
  const test: Expression = { type: 'test', input, name, call, line };
  return isNegated ? { type: 'unary', operator: 'not', operand: test } : test;
}

/** Whether an argument without parentheses follows a test. */
function startsArgument(stream: TokenStream): boolean {
  if (stream.is('name')) return !stream.is('name', 'else', 'or', 'and');
  return stream.is('string') || stream.is('number') || stream.is('operator', '[', '{');
}

function parseDottedName(stream: TokenStream): string {
  let name = stream.expect('name').text;
  while (stream.skipIf('operator', '.')) name += `.${stream.expect('name').text}`;
  return name;
}

function noArguments(): CallParts {
  return { positional: [], named: [], spread: undefined, spreadNamed: undefined };
}

function parseCall(stream: TokenStream): CallParts {
  const call = noArguments();
  stream.expect('operator', '(');
  while (!stream.is('operator', ')')) {
    parseArgument(stream, call);
    if (!stream.skipIf('operator', ',')) break;
  }
  stream.expect('operator', ')');
  return call;
}

function parseArgument(stream: TokenStream, call: CallParts): void {
  const ensure = (allowed: boolean): void => {
    if (!allowed) throw stream.error('invalid syntax for function call expression');
  };
  if (stream.skipIf('operator', '*')) {
    ensure(call.spread === undefined && call.spreadNamed === undefined);
    call.spread = parseExpression(stream);
  } else if (stream.skipIf('operator', '**')) {
    ensure(call.spreadNamed === undefined);
    call.spreadNamed = parseExpression(stream);
  } else if (stream.is('name') && stream.nextIs('operator', '=')) {
    ensure(call.spreadNamed === undefined);
    const name = stream.next().text;
    stream.next();
    call.named.push([name, parseExpression(stream)]);
  } else {
    ensure(call.spread === undefined && call.spreadNamed === undefined && call.named.length === 0);
    call.positional.push(parseExpression(stream));
  }
}
