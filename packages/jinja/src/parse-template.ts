import { pushAll } from '@attune/base/many';
import { tokenize } from './lexer.ts';
import type { CallBlock, Expression, Macro, Signature, Statement, Target, Template } from './nodes.ts';
import { parseExpression, parseFilters, parseTuple } from './parse-expression.ts';
import { parseTarget, parseTargetName } from './parse-target.ts';
import { TokenStream } from './token-stream.ts';

type Parse = (stream: TokenStream) => Statement | Statement[];

/** Parsers of statements by tag. Statements that refer to other templates are not supported. */
const STATEMENTS: Record<string, Parse> = {
  for: parseFor,
  if: parseIf,
  set: parseSet,
  with: parseWith,
  macro: parseMacro,
  call: parseCallBlock,
  filter: parseFilterBlock,
  print: parsePrint,
  generation: (stream) => ({ type: 'generation', body: parseBody(stream, 'endgeneration') }),
  break: () => ({ type: 'break' }),
  continue: () => ({ type: 'continue' }),
};
const REFUSED = ['extends', 'include', 'import', 'from', 'block', 'autoescape'];

/** Parses a source as Jinja2 does with `trim_blocks` and `lstrip_blocks`. @throws TemplateSyntaxError */
export function parseTemplate(source: string): Template {
  const stream = new TokenStream(tokenize(source));
  const body = parseStatements(stream, []);
  if (!stream.is('end')) throw stream.error(`unknown tag '${stream.current.text}'`);
  return { body };
}

/** Parses statements up to a tag that begins with one of the names; that name becomes the current token. */
function parseStatements(stream: TokenStream, ends: readonly string[]): Statement[] {
  const body: Statement[] = [];
  for (;;) {
    const { type, text } = stream.current;
    if (type === 'end') return body;
    stream.next();
    if (type === 'data') body.push({ type: 'data', text });
    else if (type === 'print') {
      body.push({ type: 'print', value: parseTuple(stream) });
      stream.expect('print-end');
    } else {
      if (stream.is('name', ...ends) && ends.length > 0) return body;
      pushAll(body, [parseStatement(stream)].flat());
      stream.expect('tag-end');
    }
  }
}

function parseStatement(stream: TokenStream): Statement | Statement[] {
  const name = stream.expect('name').text;
  if (REFUSED.includes(name)) throw stream.error(`the tag '${name}' is not supported`);
  const parse = Object.hasOwn(STATEMENTS, name) ? STATEMENTS[name] : undefined;
  if (parse === undefined) throw stream.error(`unknown tag '${name}'`);
  return stream.nested(() => parse(stream));
}

/** Parses from the end of a tag to the tag that ends its body, and skips that tag. */
function parseBody(stream: TokenStream, ...ends: string[]): Statement[] {
  stream.skipIf('operator', ':');
  stream.expect('tag-end');
  const body = parseStatements(stream, ends);
  if (stream.is('end')) throw stream.error(`unexpected end of the template, looking for ${ends.join(' or ')}`);
  if (ends.length === 1) stream.next();
  return body;
}

function parseFor(stream: TokenStream): Statement {
  const target = parseTarget(stream, { end: 'in' });
  if (namesOf(target).includes('loop')) throw stream.error("can't assign to the special variable loop");
  stream.expect('name', 'in');
  const iterable = parseTuple(stream, { condition: false, end: 'recursive' });
  const test = stream.skipIf('name', 'if') ? parseExpression(stream) : undefined;
  const recursive = stream.skipIf('name', 'recursive');
  const body = parseBody(stream, 'endfor', 'else');
  const otherwise = stream.next().text === 'else' ? parseBody(stream, 'endfor') : [];
  return { type: 'for', target, iterable, test, recursive, body, otherwise };
}

function namesOf(target: Target): string[] {
  return target.type === 'tuple' ? target.items.flatMap(namesOf) : [target.name];
}

function parseIf(stream: TokenStream): Statement {
  const branches: { test: Expression; body: Statement[] }[] = [];
  let keyword: string;
  do {
    const test = parseTuple(stream, { condition: false });
    branches.push({ test, body: parseBody(stream, 'elif', 'else', 'endif') });
    keyword = stream.next().text;
  } while (keyword === 'elif');
  return { type: 'if', branches, otherwise: keyword === 'else' ? parseBody(stream, 'endif') : [] };
}

function parseSet(stream: TokenStream): Statement {
  const target = parseTarget(stream, { namespace: true });
  if (stream.skipIf('operator', '=')) return { type: 'set', target, value: parseTuple(stream) };
  const filter = parseFilters(stream, undefined);
  return { type: 'set-block', target, filter, body: parseBody(stream, 'endset') };
}

function parseWith(stream: TokenStream): Statement {
  const bindings: { target: Target; value: Expression }[] = [];
  while (!stream.is('tag-end')) {
    if (bindings.length > 0) stream.expect('operator', ',');
    const target = parseTarget(stream);
    stream.expect('operator', '=');
    bindings.push({ target, value: parseExpression(stream) });
  }
  return { type: 'with', bindings, body: parseBody(stream, 'endwith') };
}

function parseSignature(stream: TokenStream): Signature {
  const signature: Signature = { parameters: [], defaults: [] };
  stream.expect('operator', '(');
  while (!stream.is('operator', ')')) {
    if (signature.parameters.length > 0) stream.expect('operator', ',');
    signature.parameters.push(parseTargetName(stream));
    if (stream.skipIf('operator', '=')) signature.defaults.push(parseExpression(stream));
    else if (signature.defaults.length > 0) throw stream.error('non-default argument follows default argument');
  }
  stream.next();
  return signature;
}

function parseMacro(stream: TokenStream): Macro {
  const name = parseTargetName(stream);
  const signature = parseSignature(stream);
  return { type: 'macro', name, ...signature, body: parseBody(stream, 'endmacro') };
}

function parseCallBlock(stream: TokenStream): CallBlock {
  const signature = stream.is('operator', '(') ? parseSignature(stream) : { parameters: [], defaults: [] };
  const call = parseExpression(stream);
  if (call.type !== 'call') throw stream.error('expected a call');
  return { type: 'call-block', ...signature, call, body: parseBody(stream, 'endcall') };
}

function parseFilterBlock(stream: TokenStream): Statement {
  const filter = parseFilters(stream, undefined, true);
  return { type: 'filter-block', filter: filter!, body: parseBody(stream, 'endfilter') };
}

function parsePrint(stream: TokenStream): Statement[] {
  const values: Expression[] = [];
  while (!stream.is('tag-end')) {
    if (values.length > 0) stream.expect('operator', ',');
    values.push(parseExpression(stream));
  }
  return values.map((value) => ({ type: 'print', value }));
}
