import { undefinedError } from './comparison.ts';
import { typeError } from './errors.ts';
import { Callable, isNative, typeName, Undefined, type Arguments, type Value, type Runtime } from './values.ts';

/** `value(…)`. @throws TypeError, UndefinedError */
export function callValue(value: Value, args: Arguments, runtime: Runtime): Value {
  if (value instanceof Callable) return value.call(runtime, args);
  if (value instanceof Undefined) throw undefinedError(value);
  if (isNative(value) && value.call !== undefined) return value.call(runtime, args);
  throw typeError(`'${typeName(value)}' object is not callable`);
}
