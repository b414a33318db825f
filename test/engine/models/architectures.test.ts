import { expect, it } from 'vitest';
import { architectures } from '../../../src/models/index.ts';
import { describeArchitectures } from '../architecture-contract.ts';
import { contractCases, tinyConfigs } from '../tiny-models.ts';

// Every other one: the rest stands in a file of its own, so that two are run at a time.
describeArchitectures((await contractCases()).filter((_, place) => place % 2 === 0));

it('there is a tiny configuration of every model type', () => {
  expect(Object.keys(tinyConfigs).toSorted()).toEqual([...architectures.names].toSorted());
});
