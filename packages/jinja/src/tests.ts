import { compareOrder, contains, equals } from './comparison.ts';
import { notSupported, TemplateFailure } from './errors.ts';
import { isSequence } from './filters-sequences.ts';
import { isIterable } from './iteration.ts';
import { letterTests } from './letter-tests.ts';
import { calculate } from './operators.ts';
import { toText } from './printing.ts';
import { bind } from './signature.ts';
import {
  asInt,
  asMapping,
  asText,
  Callable,
  Float,
  isNative,
  Markup,
  Namespace,
  Tuple,
  Undefined,
  type Arguments,
  type Value,
  type Runtime,
} from './values.ts';

type Test = (value: Value, args: Value[], runtime: Runtime) => boolean;

function isInt(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function divides(value: Value, by: Value, runtime: Runtime): Value {
  return calculate('%', value, by, runtime);
}

function ordered(operator: string, holds: (order: number) => boolean): Test {
  return (value, [other], { budget }) => holds(compareOrder(value, other, budget, operator));
}

const equal: Test = (value, [other], { budget }) => equals(value, other, budget);
const unequal: Test = (value, [other], { budget }) => !equals(value, other, budget);
const greater = ordered('>', (order) => order > 0);
const greaterOrEqual = ordered('>=', (order) => order >= 0);
const less = ordered('<', (order) => order < 0);
const lessOrEqual = ordered('<=', (order) => order <= 0);

/** Tests without an argument. */
const PLAIN: Record<string, Test> = {
  odd: (value, _args, runtime) => equals(divides(value, 2, runtime), 1, runtime.budget),
  even: (value, _args, runtime) => equals(divides(value, 2, runtime), 0, runtime.budget),
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  false: (value) => value === false,
  true: (value) => value === true,
  integer: isInt,
  float: (value) => value instanceof Float,
  number: (value) => asInt(value) !== undefined || value instanceof Float,
  string: (value) => asText(value) !== undefined,
  mapping: (value) => asMapping(value) !== undefined,
  sequence: (value, _args, runtime) => isSequence(value, runtime),
  iterable: (value) => isIterable(value),
  callable: (value) =>
    value instanceof Callable || value instanceof Undefined || (isNative(value) && value.call !== undefined),
  escaped: (value) => value instanceof Markup,
  lower: (value, _args, runtime) => letterTests.islower(charged(value, runtime)),
  upper: (value, _args, runtime) => letterTests.isupper(charged(value, runtime)),
  filter: (value) => FILTER_NAMES.has(asText(value) ?? ''),
  test: (value) => testNames.has(asText(value) ?? ''),
};

/** Tests with one argument, each with the argument's name. */
const WITH_ARGUMENT: Record<string, readonly [name: string, test: Test]> = {
  divisibleby: ['num', (value, [by], runtime) => equals(divides(value, by, runtime), 0, runtime.budget)],
  sameas: ['other', isSame],
  in: ['seq', (value, [container], { budget }) => contains(container, value, budget)],
  '==': ['b', equal],
  eq: ['b', equal],
  equalto: ['b', equal],
  '!=': ['b', unequal],
  ne: ['b', unequal],
  '>': ['b', greater],
  gt: ['b', greater],
  greaterthan: ['b', greater],
  '>=': ['b', greaterOrEqual],
  ge: ['b', greaterOrEqual],
  '<': ['b', less],
  lt: ['b', less],
  lessthan: ['b', less],
  '<=': ['b', lessOrEqual],
  le: ['b', lessOrEqual],
};

/** Names of Jinja2's filters, for the test `filter`. */
const FILTER_NAMES = new Set(
  (
    'abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format ' +
    'groupby indent int items join last length list lower map max min pprint random reject rejectattr replace ' +
    'reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate unique upper ' +
    'urlencode urlize wordcount wordwrap xmlattr'
  ).split(' '),
);

/** Names of Jinja2's tests, for the test `test`. */
export const testNames: ReadonlySet<string> = new Set([...Object.keys(PLAIN), ...Object.keys(WITH_ARGUMENT)]);

/** `value is name(…)`. @throws TemplateFailure */
export function callTest(name: string, value: Value, args: Arguments, runtime: Runtime): boolean {
  if (Object.hasOwn(PLAIN, name)) return PLAIN[name](value, bind(name, [], args), runtime);
  if (Object.hasOwn(WITH_ARGUMENT, name)) {
    const [parameter, test] = WITH_ARGUMENT[name];
    return test(value, bind(name, [parameter], args), runtime);
  }
  throw new TemplateFailure('TemplateRuntimeError', `No test named '${name}'.`);
}

function charged(value: Value, runtime: Runtime): string {
  const text = toText(value, runtime);
  runtime.budget.chargeText(text.length * 4);
  return text;
}

/** Whether two values are the same object. For most texts and numbers that depends on Python's implementation. */
function isSame(value: Value, [other]: Value[]): boolean {
  const single = (one: Value): boolean => one === null || typeof one === 'boolean';
  if (single(value) || single(other)) return value === other;
  const isPlain = (one: Value): boolean => asText(one) !== undefined || isInt(one) || one instanceof Float;
  if ((isPlain(value) && isPlain(other)) || value instanceof Tuple) throw notSupported('sameas of texts and numbers');
  if (value instanceof Undefined || value instanceof Namespace) return value === other;
  return value === other;
}
