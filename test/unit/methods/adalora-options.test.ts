import { expect, it } from 'vitest';
import { LEFT_OUT, WAYS } from '../../../studies/methods/ways.ts';
import { method } from '../../../src/methods/tunings/adalora.options.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';

it('AdaLoRA takes ranks away, in steps that there are', () => {
  const problems = (values: object) => {
    try {
      method.settle(values);
      return [];
    } catch (error) {
      return (error as { issues: { path: string[] }[] }).issues.map(({ path }) => path.join());
    }
  };
  expect(problems({ init_r: 4, target_r: 8 })).toEqual(['target_r']);
  expect(problems({ tinit: 5, tfinal: 5, total_step: 10 })).toEqual(['total_step']);
  expect(problems({ tinit: 5, tfinal: 4, total_step: 10 })).toEqual([]);
});

it('the example of all tunings tries each of them, or says why not', () => {
  const named = [...WAYS.map(({ name }) => name), ...Object.keys(LEFT_OUT)];
  expect(named.toSorted()).toEqual([...tunings.names].toSorted());
});
