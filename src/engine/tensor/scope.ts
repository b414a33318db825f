import { engine } from './engine.ts';
import { TensorHandle } from './handle.ts';

/** A scope's body must be synchronous: tensors that outlive an `await` need an explicit owner. */
type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * Runs `body` and frees every tensor created in it, except those it returns (a tensor, or tensors in arrays and plain
 * objects) and those taken out by `own()`. Scopes nest: returned tensors pass to the enclosing scope.
 */
export function scope<T>(body: () => Synchronous<T>): T {
  const native = engine();
  const mark = native.enterScope();
  let result: T;
  try {
    result = body();
  } catch (error) {
    native.leaveScope(mark, []);
    throw error;
  }
  if (result instanceof Promise) {
    native.leaveScope(mark, []);
    throw new TypeError('a scope cannot wait: its tensors would be freed while the promise still uses them');
  }
  const kept: number[] = [];
  collectIds(result, kept);
  native.leaveScope(mark, kept);
  return result;
}

function collectIds(value: unknown, into: number[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof TensorHandle) into.push(value.id);
  else if (Array.isArray(value)) for (const item of value) collectIds(item, into);
  else if (Object.getPrototypeOf(value) === Object.prototype)
    for (const item of Object.values(value)) collectIds(item, into);
}

/** Number of live tensors in the engine's table. */
export function liveTensors(): number {
  return engine().live();
}

/** True inside a `scope`. */
export function inScope(): boolean {
  return engine().depth() > 0;
}

const leaked = new FinalizationRegistry<{ id: number; made: string }>(({ id, made }) => {
  if (!engine().isLive(id)) return;
  process.emitWarning(`a tensor was garbage-collected without being freed; it was created ${made}`, 'AttuneTensorLeak');
  engine().release(id);
});
let detecting = false;

/** Tracks tensors owned outside of scopes and warns, with the place of creation, when one is leaked. */
export function detectLeaks(on = true): void {
  detecting = on;
}

/** Whether leaks are tracked, which requires a stack trace per tensor. */
export function isDetectingLeaks(): boolean {
  return detecting;
}

export function watchForLeak(tensor: TensorHandle): void {
  if (!detecting) return;
  const made = new Error('here').stack?.split('\n').slice(3, 8).join('\n') ?? '';
  leaked.register(tensor, { id: tensor.id, made });
}
