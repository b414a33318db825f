import { expect, it } from 'vitest';
import { personalName, readPersonalName } from '../../../../src/store/registry/personal-name.ts';

const owner = '0123456789abcdef0123456789abcdef';

it('a name tells the version of the shared model and the user, also for models with colons and slashes', () => {
  for (const shared of ['support@3', 'ft:base:org@12', 'a/b@1']) {
    const name = personalName({ shared, owner });
    expect(readPersonalName(name)).toEqual({ shared, owner });
    expect(name).not.toContain('@');
  }
});

it('other names belong to nobody', () => {
  for (const name of [
    'support',
    'support@3',
    `support:user:${owner}`,
    'support:3:user:anna',
    `support:x:user:${owner}`,
  ])
    expect(readPersonalName(name)).toBeUndefined();
});
