import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { answered } from '../../../../src/app/terminal/ask-questions.ts';

test('a question whose input ended is cancelled; an answered one is let go', async () => {
  const surroundings = new EventEmitter();
  const waiting = answered(new Promise(() => undefined), surroundings);
  surroundings.emit('beforeExit');
  await expect(waiting).rejects.toMatchObject({ code: 'E_CANCELLED' });
  expect(await answered(Promise.resolve('yes'), surroundings)).toBe('yes');
  expect(surroundings.listenerCount('beforeExit')).toBe(0);
});
