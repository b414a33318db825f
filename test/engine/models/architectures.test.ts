import { expect, it } from 'vitest';
import { architectures } from '../../../src/models/index.ts';
import { describeArchitectures } from '../architecture-contract.ts';
import { contractCases, tinyConfigs } from '../tiny-models.ts';

// Every other case; the rest is in a second file, so that both run in parallel.
describeArchitectures((await contractCases()).filter((_, place) => place % 2 === 0));

it('there is a tiny configuration of every model type', () => {
  expect(Object.keys(tinyConfigs).toSorted()).toEqual([...architectures.names].toSorted());
});
